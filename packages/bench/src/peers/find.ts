import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Backend, Contender } from './contender.ts'

/** A contender, and the file that its process imports. */
export interface Found {
  readonly contender: Contender
  readonly file: string
  readonly versions: Readonly<Record<string, string>>
}

const here = fileURLToPath(new URL('.', import.meta.url))
/** What the peers' own package.json and lock file install. */
export const peersFolder: string = fileURLToPath(new URL('../../peers/', import.meta.url))

/** The contenders of one backend, ours first, then by hand, then the peers if they are asked for. */
export async function contendersOf(backend: Backend, peers: boolean): Promise<Found[]> {
  const files = [
    ...globSync(join(here, 'contenders/*.ts')),
    ...(peers ? globSync(join(peersFolder, 'contenders/*.ts')) : []),
  ]
  const found: Found[] = []
  for (const file of files.toSorted()) {
    const { contender }: { contender?: Contender } = await import(pathToFileURL(file).href)
    if (contender?.backend === backend) found.push({ contender, file, versions: versionsOf(contender, file) })
  }
  const rank = ({ contender: { name } }: Found): string => `${place(name)} ${name}`
  return found.toSorted((a, b) => rank(a).localeCompare(rank(b), 'en'))
}

function place(name: string): number {
  return name.startsWith('ours') ? 0 : name === 'by hand' ? 1 : 2
}

function versionsOf({ packages }: Contender, file: string): Record<string, string> {
  const paths = createRequire(file).resolve.paths('x') ?? []
  return Object.fromEntries(packages.map((name) => [name, versionIn(paths, name)]))
}

/** A package need not export its package.json. One that is not there is seen when its contender is opened. */
function versionIn(paths: readonly string[], name: string): string {
  for (const path of [...paths, join(dirname(here), '../node_modules')]) {
    try {
      return JSON.parse(readFileSync(join(path, name, 'package.json'), 'utf8')).version
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  return 'is not installed'
}
