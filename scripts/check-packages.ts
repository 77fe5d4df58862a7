/** Packs every published package as npm users get it, and lints the tarball: publint, then Are The Types Wrong. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from './pack.ts'
import { exitCode } from './run.ts'
import { publishedPackages } from './workspace.ts'

const folder = mkdtempSync(join(tmpdir(), 'sessions-pack-'))
let failed = 0
for (const { folder: source } of publishedPackages()) {
  const tarball = pack(source, folder)
  failed += await exitCode('publint', ['run', tarball, '--strict'])
  failed += await exitCode('attw', [tarball, '--profile', 'esm-only', '--quiet'])
}
rmSync(folder, { recursive: true })
process.exit(failed === 0 ? 0 : 1)
