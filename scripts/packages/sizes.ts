import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import type { PublishedEntries } from './exports.ts'
import type { Tarball } from './tarball.ts'

/** The most that a package may have, in kB. Raise a figure in the commit that needs it, and say why. */
type Budgets = Record<string, { packed: number; bundled: number }>

const budgets: Budgets = JSON.parse(readFileSync(new URL('budgets.json', import.meta.url), 'utf8'))
const kB = (bytes: number): number => Math.round(bytes / 100) / 10

export interface Size {
  name: string
  files: number
  /** The tarball, what it unpacks to, and the main entry minified and compressed, without dependencies; in kB. */
  packed: number
  unpacked: number
  bundled: number
}

export async function sizeOf({ manifest, folder, files, packedBytes, unpackedBytes }: Tarball): Promise<Size> {
  const main = modulesOf(manifest.exports?.['.'])
  const bundled = main === undefined ? 0 : gzipSync(await bundle(`export * from '${join(folder, main)}'`)).length
  const { name } = manifest
  return { name, files: files.length, packed: kB(packedBytes), unpacked: kB(unpackedBytes), bundled: kB(bundled) }
}

export function sizeFindings({ name, packed, bundled }: Size): string[] {
  const budget = budgets[name]
  if (budget === undefined) return [`no budget in scripts/packages/budgets.json`]
  return [
    ...(packed > budget.packed ? [`${packed} kB packed, at most ${budget.packed}`] : []),
    ...(bundled > budget.bundled ? [`${bundled} kB bundled, at most ${budget.bundled}`] : []),
  ]
}

/** What remains, for a bundler, of an import of each entry of which nothing is used: nothing. */
export async function sideEffectFindings({ manifest, folder }: Tarball): Promise<string[]> {
  const entries = Object.entries(manifest.exports ?? {}).map(async ([entry, targets]) => {
    const rest = await bundle(`import '${join(folder, modulesOf(targets) ?? '')}'`)
    return rest.trim() === ''
      ? []
      : [`importing ${entry} leaves ${rest.length} characters in a bundle: ${rest.slice(0, 80)}`]
  })
  return (await Promise.all(entries)).flat()
}

/** Where an entry has ES modules: one of a program has nothing else. */
function modulesOf(targets: PublishedEntries['exports'][string] | undefined): string | undefined {
  return targets === undefined || !('module' in targets) ? targets?.default : targets.module.default
}

async function bundle(program: string): Promise<string> {
  const name = 'program.js'
  const build = await rolldown({
    input: name,
    external: (id) => id !== name && !id.startsWith('.') && !id.startsWith('/'),
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === name ? id : undefined),
        load: (id) => (id === name ? program : undefined),
      },
    ],
  })
  const { output } = await build.generate({ format: 'es', minify: true, codeSplitting: false })
  await build.close()
  return output[0].code
}
