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
    repository?: { directory?: string }
    bin?: Record<string, string>
  }
}

/** The packages of the workspace that are published, by name. Their folders are relative to `root`. */
export function publishedPackages(root = '.'): Package[] {
  return globSync('packages/*/package.json', { cwd: root })
    .map((file) => ({
      folder: dirname(file),
      manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) as Package['manifest'],
    }))
    .filter(({ manifest }) => manifest.private !== true)
    .toSorted((a, b) => a.manifest.name.localeCompare(b.manifest.name))
}
