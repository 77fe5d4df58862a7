import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformanceCases } from '/tmp/wt/kit/packages/core/src/conformance/index.ts'
import { mutants } from '/tmp/wt/kit/packages/core/test/mutants/index.ts'
const names = process.argv.slice(2)
let bad = 0
for (const { name, killedBy, harness } of mutants.filter((m) => names.length === 0 || names.some(n => m.name === n || m.killedBy.includes(n)))) for (const id of killedBy) {
  const folder = mkdtempSync(join(tmpdir(), 'km-'))
  const [test] = conformanceCases(harness(folder), { only: id, timeoutMs: 60000 })
  const s = performance.now()
  const out = test === undefined ? 'NO CASE' : test.skip ?? await test.run().then(() => 'SURVIVES', (e) => (e.constructor.name === 'CaseSkipped' ? 'SKIPPED ' : '') + String(e.message).split('\n')[0].slice(0, 150))
  if (!test || test.skip || /^(SURVIVES|SKIPPED|The case had not)/.test(out)) { bad++; }
  console.log(/^(SURVIVES|SKIPPED|The case had not|NO CASE)/.test(out) ? '!!!' : 'ok', name, id, Math.round(performance.now() - s), out)
  rmSync(folder, { recursive: true })
}
console.log(bad, 'bad')
process.exit(0)
