import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Package {
  folder: string
  manifest: {
    name: string
    version: string
    description: string
    private?: boolean
    exports?: Record<string, string>
    bin?: Record<string, string>
  }
}

/** The packages of the workspace that are published, by name. Their folders are relative to `root`. */
export function publishedPackages(root = '.'): Package[] {
  return packagesAt('packages/*/package.json', root).filter(({ manifest }) => manifest.private !== true)
}

/** Those that are imported; the others are programs. */
export function publishedLibraries(root = '.'): Package[] {
  return publishedPackages(root).filter(({ manifest }) => isLibrary(manifest))
}

/** Whether programs of users import it. What a program exports under other names than `.` is for other programs of ours. */
export function isLibrary({ exports }: { exports?: Readonly<Record<string, unknown>> }): boolean {
  return exports?.['.'] !== undefined
}

/** Every package that has tests. */
export function everyPackage(): Package[] {
  return ['packages/*', 'templates/*', 'examples'].flatMap((folder) => packagesAt(`${folder}/package.json`))
}

/** Every package that is published, and what a new adapter begins with. */
export function everyManifest(): Package[] {
  return [...publishedPackages(), ...packagesAt('templates/*/package.json')]
}

/** The libraries, and what a new adapter begins with. */
export function documentedPackages(): Package[] {
  return [...publishedLibraries(), ...packagesAt('templates/*/package.json')]
}

/** The name without its scope. */
export function shortName({ manifest }: Package): string {
  return manifest.name.replace(/^.*\//, '')
}

function packagesAt(pattern: string, root = '.'): Package[] {
  return globSync(pattern, { cwd: root })
    .map((file) => ({
      folder: dirname(file),
      manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) as Package['manifest'],
    }))
    .toSorted((a, b) => a.manifest.name.localeCompare(b.manifest.name))
}
