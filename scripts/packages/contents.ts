import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Tarball } from './tarball.ts'

/** From here on CommonJS can require ES modules, and better-sqlite3 13 runs: it needs Node-API 10, and ends older ones by SIGSEGV. */
const minimumNode = '>=22.14.0'

/** What is wrong with the files and the manifest of a packed package. */
export function contentFindings({ source, folder, manifest, files }: Tarball): string[] {
  const expected = expectedFiles(source.folder)
  return [
    ...files.filter((file) => !expected.includes(file)).map((file) => `${file} is packed; no source stands for it`),
    ...expected.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...(manifest.license === 'MIT' ? [] : ['license is not MIT']),
    ...(manifest.sideEffects === false ? [] : ['sideEffects is not false']),
    ...(manifest.engines?.node === minimumNode ? [] : [`engines.node is not ${minimumNode}`]),
    ...(manifest.type === 'module' ? [] : ['type is not module']),
    ...(readFileSync(join(folder, 'README.md'), 'utf8').startsWith(`# ${manifest.name}\n`)
      ? []
      : ['the README is not of this package']),
    ...exportFindings(source.manifest, manifest),
  ]
}

/** Each source file gives a program and its types; nothing else is built. */
function expectedFiles(folder: string): string[] {
  const built = globSync('src/**/*.ts', { cwd: folder }).flatMap((file) => {
    const name = file.replace(/^src/, 'dist').replace(/\.ts$/, '')
    return [`${name}.d.ts`, `${name}.js`]
  })
  const changelog = existsSync(join(folder, 'CHANGELOG.md')) ? ['CHANGELOG.md'] : []
  return [...built, ...changelog, 'LICENSE', 'README.md', 'package.json']
}

/** What is packed names what is built where the repository names the source, entry by entry. */
function exportFindings(source: Tarball['source']['manifest'], packed: Tarball['manifest']): string[] {
  const built = (file: string, ending: string): string => file.replace('./src/', './dist/').replace(/\.ts$/, ending)
  const exports = Object.entries(source.exports ?? {}).map(([entry, file]) => {
    return [entry, { types: built(file, '.d.ts'), default: built(file, '.js') }] as const
  })
  const bin = Object.entries(source.bin ?? {}).map(([name, file]) => [name, built(file, '.js')] as const)
  return [
    ...(isDeepStrictEqual(packed.exports ?? {}, Object.fromEntries(exports))
      ? []
      : ['exports differ from those of the source']),
    ...(isDeepStrictEqual(packed.bin ?? {}, Object.fromEntries(bin)) ? [] : ['bin differs from that of the source']),
  ]
}
