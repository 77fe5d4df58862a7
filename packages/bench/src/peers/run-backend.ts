import type { Contender } from './contender.ts'
import { ContenderProcess, type NodeOptions } from './contender-process.ts'
import type { Found } from './find.ts'
import { firstCalls } from './first-call.ts'
import { interleaved, type Lane } from './interleaved.ts'
import { type Places, placesOf } from './places.ts'
import type { BackendResults, ContenderReport, Result } from './results.ts'
import type { Sizes } from './sizes.ts'
import { socketLanes } from './socket-lanes.ts'
import { workloads } from './workloads.ts'

export interface RunOptions {
  readonly sizes: Sizes
  readonly rounds: number
  readonly node: NodeOptions
  /** Names of workloads; all of them if it is not there. */
  readonly only?: readonly string[]
  say(line: string): void
}

/** A contender whose process is there and has its store open. */
export interface Open {
  readonly process: ContenderProcess
  readonly file: string
  readonly place: string
}

/** Every workload with every contender of one backend. */
export async function runBackend(found: readonly Found[], options: RunOptions): Promise<BackendResults> {
  const [first] = found
  if (first === undefined) throw new Error('There is no contender.')
  await using places = await placesOf(first.contender.backend)
  const contenders: ContenderReport[] = []
  const open: Open[] = []
  try {
    for (const each of found) {
      const { report, opened } = await openOne(each, places, options)
      contenders.push(report)
      if (opened !== undefined) open.push(opened)
    }
    const results: Result[] = []
    const titles: { id: string; title: string }[] = []
    for (const { id, title, run } of everything(options)) {
      if (options.only !== undefined && !options.only.includes(id)) continue
      const begin = performance.now()
      const done = await run(open)
      if (done.length === 0) continue
      titles.push({ id, title })
      results.push(...done.map((result) => ({ ...result, workload: id })))
      options.say(`${first.contender.backend}: ${title} (${((performance.now() - begin) / 1000).toFixed(1)} s)`)
    }
    const { backend } = first.contender
    return { backend, server: places.server, durability: places.durability, workloads: titles, contenders, results }
  } finally {
    for (const { process } of open) await process.end()
  }
}

async function openOne(
  { contender, file, versions }: Found,
  places: Places,
  { node, say }: RunOptions,
): Promise<{ report: ContenderReport; opened?: Open }> {
  const place = await places.next()
  const process = new ContenderProcess(contender, file, node)
  const { failed, skipped, settings = {} } = await process.ask({ ask: 'open', place })
  const report = { ...reportOf(contender), versions, settings }
  if (failed === undefined && skipped === undefined) return { report, opened: { process, file, place } }
  await process.end()
  if (skipped !== undefined) {
    say(`${contender.backend}: ${contender.name} is skipped: ${skipped}`)
    return { report: { ...report, skipped } }
  }
  say(`${contender.backend}: ${contender.name} cannot be opened here: ${failed}`)
  return { report: { ...report, failed: failed ?? '' } }
}

function reportOf({ name, lacks = [], note = '' }: Contender): Pick<ContenderReport, 'name' | 'lacks' | 'note'> {
  return { name, lacks, note }
}

/** What is done with one workload, and what came of it for each contender. */
interface Step {
  readonly id: string
  readonly title: string
  run(open: readonly Open[]): Promise<Omit<Result, 'workload'>[]>
}

function everything(options: RunOptions): Step[] {
  const { sizes, rounds } = options
  return [
    ...workloads.map(({ id, title }) => ({
      id,
      title: title(sizes),
      run: (open: readonly Open[]) =>
        interleaved(
          open.map((each) => laneOf(each, id, sizes)),
          rounds,
        ),
    })),
    {
      id: 'sockets',
      title: `${sizes.clients} clients over sockets, append 1`,
      run: (open) => socketLanes(open, sizes, (lanes) => interleaved(lanes, rounds)),
    },
    {
      id: 'first-call',
      title: 'first call: start, import, open, read',
      run: (open) => firstCalls(open, Math.ceil(rounds / 2), options.node),
    },
    {
      id: 'memory',
      title: `memory for each of ${sizes.open.toLocaleString('en')} open sessions`,
      run: (open) => memoryOf(open, sizes),
    },
  ]
}

function laneOf({ process }: Open, workload: string, sizes: Sizes): Lane {
  return {
    contender: process.contender.name,
    prepare: () => process.ask({ ask: 'prepare', workload, sizes }),
    round: () => process.ask({ ask: 'round' }),
  }
}

async function memoryOf(open: readonly Open[], sizes: Sizes): Promise<Omit<Result, 'workload'>[]> {
  const results: Omit<Result, 'workload'>[] = []
  for (const { process } of open) {
    const { bytes, failed } = await process.ask({ ask: 'memory', sizes })
    const { name: contender } = process.contender
    if (failed !== undefined) results.push({ contender, failed })
    else results.push(bytes === undefined ? { contender, missing: true } : { contender, rounds: [Math.round(bytes)] })
  }
  return results
}
