import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Package {
  folder: string
  manifest: {
    name: string
    version: string
    description: string
    private?: boolean
    exports?: Record<string, string>
    repository?: { directory?: string }
    bin?: Record<string, string>
  }
}

/** The packages of the workspace that are published, by name. */
export function publishedPackages(): Package[] {
  return globSync('packages/*/package.json')
    .map((file) => ({ folder: dirname(file), manifest: JSON.parse(readFileSync(file, 'utf8')) as Package['manifest'] }))
    .filter(({ manifest }) => manifest.private !== true)
    .toSorted((a, b) => a.manifest.name.localeCompare(b.manifest.name))
}
