import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Package } from './workspace.ts'

interface Component {
  name: string
  group?: string
  version: string
  licenses?: { license?: { id?: string; name?: string }; expression?: string }[]
}

/** A bill of materials in CycloneDX: what an npm user gets with a package, at the versions that are locked here. */
export interface Sbom {
  components: Component[]
}

/** What a package brings along. Drivers that the user chooses, its peers, are not among it. */
export function sbomOf({ manifest }: Package): Sbom {
  const parameters = ['--filter', manifest.name, 'sbom', '--sbom-format', 'cyclonedx', '--prod', '--exclude-peers']
  return JSON.parse(execFileSync('pnpm', parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
}

/** Writes the bill of a package, under the name of its tarball: `sessions-core-0.1.0.cdx.json`. */
export function writeSbom(source: Package, folder: string): void {
  const { name, version } = source.manifest
  mkdirSync(folder, { recursive: true })
  const file = `${name.replace('@', '').replace('/', '-')}-${version}.cdx.json`
  writeFileSync(join(folder, file), JSON.stringify(sbomOf(source), null, 2))
}

export function fullName({ group, name }: Component): string {
  return group === undefined ? name : `${group}/${name}`
}

/** As SPDX writes it. A component without a licence has `none`. */
export function licenceOf({ licenses = [] }: Component): string {
  const names = licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? 'none')
  return names.length === 0 ? 'none' : names.join(' AND ')
}
