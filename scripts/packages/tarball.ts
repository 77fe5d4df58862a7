import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pack } from '../pack.ts'
import type { Package } from '../workspace.ts'
import type { PublishedEntries } from './exports.ts'

/** A program exports nothing. */
export interface PackedManifest extends Partial<PublishedEntries> {
  name: string
  license?: string
  sideEffects?: boolean
  type?: string
  engines?: { node?: string }
  bin?: Record<string, string>
}

/** A package as npm users get it: the tarball, what is in it, and where it is unpacked. */
export interface Tarball {
  source: Package
  path: string
  folder: string
  manifest: PackedManifest
  files: string[]
  packedBytes: number
  unpackedBytes: number
}

/** Packs a built package into `destination` and unpacks it beside. */
export function packAndUnpack(source: Package, destination: string): Tarball {
  const path = pack(source.folder, destination)
  const folder = path.replace(/\.tgz$/, '')
  mkdirSync(folder)
  execFileSync('tar', ['-xzf', path, '-C', folder, '--strip-components', '1'])
  const files = globSync('**', { cwd: folder }).filter((file) => statSync(join(folder, file)).isFile())
  return {
    source,
    path,
    folder,
    manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
    files: files.toSorted(),
    packedBytes: statSync(path).size,
    unpackedBytes: files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0),
  }
}
