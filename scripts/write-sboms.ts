/** Writes a bill of materials for each published package into sbom, for its release: `pnpm run sbom`. */
import { writeSbom } from './sbom.ts'
import { publishedPackages } from './workspace.ts'

for (const source of publishedPackages()) writeSbom(source, 'sbom')
