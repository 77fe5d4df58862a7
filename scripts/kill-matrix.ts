/** Runs every conformance case against every mutant, or against those named, and prints which cases fail which: minutes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runConformance } from '../packages/core/src/conformance/index.ts'
import { mutants } from '../packages/core/test/mutants/index.ts'
import { commandLine } from './command-line.ts'

const { positionals: names, refuse } = commandLine(
  `pnpm run kill-matrix [<mutant> …]

Runs every conformance case against every mutant, or against those named; minutes. docs/kill-matrix.md has their names.`,
  {},
  Infinity,
)
const unknown = names.find((name) => !mutants.some((mutant) => mutant.name === name))
if (unknown !== undefined) refuse(`No mutant is called ${JSON.stringify(unknown)}.${alike(unknown)}`)
const chosen = mutants.filter(({ name }) => names.length === 0 || names.includes(name))

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

/** Those whose names share a word with it. */
function alike(name: string): string {
  const words = name.split('-')
  const found = mutants
    .map((mutant) => mutant.name)
    .filter((other) => words.some((word) => other.split('-').includes(word)))
  return found.length === 0 ? '' : ` There are ${found.slice(0, 12).join(', ')}.`
}
