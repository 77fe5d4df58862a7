/** Packs every published package as npm users get it, and checks the tarball: its files, its exports, its size, what linters say. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandLine } from './command-line.ts'
import { contentFindings } from './packages/contents.ts'
import { sideEffectFindings, sizeFindings, sizeOf } from './packages/sizes.ts'
import { packAndUnpack } from './packages/tarball.ts'
import { exitCode } from './run.ts'
import { isLibrary, publishedPackages } from './workspace.ts'

commandLine(
  `node scripts/check-packages.ts

Packs every published package and checks the tarballs.`,
  {},
)

const folder = mkdtempSync(join(tmpdir(), 'sessions-pack-'))
const sizes = []
let failed = 0
for (const source of publishedPackages()) {
  const tarball = packAndUnpack(source, folder)
  const size = await sizeOf(tarball)
  sizes.push(size)
  const findings = [...contentFindings(tarball), ...sizeFindings(size), ...(await sideEffectFindings(tarball))]
  for (const finding of findings) console.error(`${source.manifest.name}: ${finding}`)
  failed += findings.length
  failed += await exitCode('publint', ['run', tarball.path, '--strict'])
  // A program has no types to resolve.
  if (isLibrary(tarball.manifest)) failed += await exitCode('attw', [tarball.path, '--quiet'])
}
rmSync(folder, { recursive: true })
console.log('\nkB: tarball, unpacked, and the main entry minified and compressed without its dependencies')
console.table(Object.fromEntries(sizes.map(({ name, ...figures }) => [name, figures])))
process.exit(failed === 0 ? 0 : 1)
