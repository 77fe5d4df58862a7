/** Writes a bill of materials for each published package into sbom, for its release: `pnpm run sbom`. */

import { commandLine } from './command-line.ts'
import { writeSbom } from './sbom.ts'
import { publishedPackages } from './workspace.ts'

commandLine(
  `pnpm run sbom

Writes a bill of materials for each published package into sbom.`,
  {},
)

for (const source of publishedPackages()) writeSbom(source, 'sbom')
