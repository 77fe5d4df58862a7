/** Runs every conformance case against every mutant, or against those named, and prints which cases fail which: minutes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runConformance } from '../packages/core/src/conformance/index.ts'
import { mutants } from '../packages/core/test/mutants/index.ts'

const names = process.argv.slice(2)
const chosen = mutants.filter(({ name }) => names.length === 0 || names.includes(name))
if (chosen.length === 0) throw new TypeError(`No mutant is called ${names.join(' or ')}.`)

let survivors = 0
for (const { name, killedBy, harness } of chosen) {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-mutants-'))
  const { cases } = await runConformance(harness(folder), { timeoutMs: 20_000 })
  rmSync(folder, { recursive: true })
  const killers = cases.filter(({ status }) => status === 'fail').map(({ id }) => id)
  const missing = killedBy.filter((id) => !killers.includes(id))
  if (missing.length > 0) survivors++
  const note = missing.length === 0 ? '' : ` (NOT by ${missing.join(', ')})`
  console.log(`${name}: ${killers.length} cases${note}: ${killers.join(', ')}`)
}
console.log(`${chosen.length} mutants, ${survivors} with a case that misses them`)
process.exitCode = survivors === 0 ? 0 : 1
