import { formatReport, runConformance } from '../src/conformance/index.ts'
import { HistoryStore } from './mutants/history-store.ts'
import { memoryHarness } from './mutants/mutant.ts'

const start = performance.now()
const r = await runConformance(memoryHarness('m', HistoryStore, { shared: process.argv[3] === 'shared' }), {
  only: process.argv[2] ?? '',
})
console.log(formatReport(r), performance.now() - start, process.cpuUsage())
console.log(
  r.cases
    .toSorted((a, b) => b.durationMs - a.durationMs)
    .slice(0, 18)
    .map((c) => `${c.id} ${c.durationMs}`)
    .join('\n'),
)
