import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { isLibrary } from '../workspace.ts'
import { builtFile, publishedEntries } from './exports.ts'
import { pageFiles } from './page.ts'
import type { Tarball } from './tarball.ts'

/** From here on CommonJS can require ES modules, and better-sqlite3 13 runs: it needs Node-API 10, and ends older ones by SIGSEGV. */
const minimumNode = '>=22.14.0'

/** What is wrong with the files and the manifest of a packed package. */
export function contentFindings({ source, folder, manifest, files }: Tarball): string[] {
  const expected = expectedFiles(source)
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

/** Each source file gives a program and its types; each entry a program in CommonJS, and several share some; nothing else is built. */
function expectedFiles({ folder, manifest }: Tarball['source']): string[] {
  const built = globSync('src/**/*.ts', { cwd: folder }).flatMap((file) => {
    const name = file.replace(/^src/, 'dist').replace(/\.ts$/, '')
    return [...(isLibrary(manifest) ? [`${name}.d.cts`] : []), `${name}.d.ts`, `${name}.js`]
  })
  const sources = isLibrary(manifest) ? Object.values(manifest.exports ?? {}) : []
  const entries = sources.map((file) => builtFile(file, '.cjs').replace('./', ''))
  const page = existsSync(join(folder, 'page')) ? pageFiles.map((file) => `dist/page/${file}`) : []
  const shared = ['conformance/shared', 'rolldown-runtime', 'shared'].map((name) => `dist/${name}.cjs`)
  const changelog = existsSync(join(folder, 'CHANGELOG.md')) ? ['CHANGELOG.md'] : []
  const others = ['LICENSE', 'README.md', 'package.json']
  return [...built, ...page, ...entries, ...(entries.length > 1 ? shared : []), ...changelog, ...others]
}

/** What is packed names what is built where the repository names the source, entry by entry. */
function exportFindings(source: Tarball['source']['manifest'], packed: Tarball['manifest']): string[] {
  const { main, types, typesVersions, exports } = packed
  const expected = {
    main: undefined,
    types: undefined,
    typesVersions: undefined,
    exports: undefined,
    ...publishedEntries(source.exports),
  }
  const bin = Object.entries(source.bin ?? {}).map(([name, file]) => [name, builtFile(file, '.js')] as const)
  return [
    ...(isDeepStrictEqual({ main, types, typesVersions, exports }, expected)
      ? []
      : ['what it exports differs from what its source does: run pnpm run docs']),
    ...(isDeepStrictEqual(packed.bin ?? {}, Object.fromEntries(bin)) ? [] : ['bin differs from that of the source']),
  ]
}
