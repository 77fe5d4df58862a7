import { existsSync, readFileSync } from 'node:fs'
import type { Backend } from '../peers/contender.ts'
import type { BackendRun } from '../peers/results.ts'
import { backendSection } from './backend-section.ts'
import { lessKeptMost } from './bounds.ts'
import { titles } from './names.ts'
import { factorsPlot, svgOf } from './plots.ts'

const folder = 'docs/benchmarks'
const backends = Object.keys(titles) as Backend[]

/** Where the raw results of one backend are kept, from the root of the repository. */
export function rawFile(backend: Backend): string {
  return `${folder}/${backend}.json`
}

/** docs/benchmarks.md and its plots, from the raw results alone: the texts by their files. */
export async function benchmarkPages(): Promise<Map<string, string>> {
  const runs = backends
    .map(rawFile)
    .filter((file) => existsSync(file))
    .map(read)
  const plots = runs.map(async (run) => [`${folder}/${run.backend}.svg`, await svgOf(factorsPlot(run))] as const)
  return new Map([['docs/benchmarks.md', page(runs)], ...(await Promise.all(plots))])
}

function read(file: string): BackendRun {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function page(runs: readonly BackendRun[]): string {
  return `# Benchmarks

Our stores beside the same work written by hand on the same driver, and beside other libraries that keep conversations. One command
makes all of it again, on this machine or yours:

\`\`\`sh
npx -y pnpm@12 bench peers
\`\`\`

- **Every contender is a process of its own.** Rounds go in turn: one contender works, the others wait, and who begins changes. Two rounds
  warm up and do not count.
- **Items are looked at before anything is timed.** A contender that gives back other items than it was given, or in another order, is marked
  and not timed for that work.
- **All wait for the same**: the settings that say when a write is safe are equal, and named below, as they were read from the contender
  where it lets one ask.
- A contender does what its library offers. “–” means that it offers no such call. Nothing is put together here from other calls.
- The first call is that of a new process: Node starts, imports the library, opens the store and reads 20 items.
- An item has some 200 characters. Peers that have messages of their own turn items into those and back, which is a part of their time.
- A round ends after some time, however much of it is done, and the slowest contenders have fewer rounds, at least three. The raw results have
  every round.
- **What is promised** stands beside each row, and whether it holds: ours is faster than every peer. Where a peer keeps no session row or no times,
  and so writes less, ours takes at most ${lessKeptMost} times as long. By hand, which is the limit, there are bounds for some of the work.
- A ratio holds for the machine that it was measured on; raw results are in [\`docs/benchmarks\`](benchmarks), this page and its plots are
  drawn from them by \`pnpm run docs\`.

${runs.map(backendSection).join('\n')}`
}
