import type { BackendRun } from '../peers/results.ts'
import { medianOf, ratio, stopOf } from './figures.ts'
import { table } from './markdown.ts'

/** What must hold with one backend, as a factor of a contender's time or in milliseconds, and what was measured. */
interface Goal {
  readonly what: string
  readonly most: number
  readonly measured: number | undefined
  readonly unit: 'times' | 'ms'
}

const byHandMost: Readonly<Record<string, number>> = { 'append-1': 1.15, 'last-20': 1.25, all: 1.1 }
const atOnceMost: Readonly<Record<string, number>> = { sqlite: 3, postgres: 3, redis: 1.4 }
const longestStopMs = 50
const encryptedMost = 2
/** Where a peer writes less of a session than we do, it may be faster by so much. A session without expiry has none to write. */
const lessKeptMost = 1.5

function against(run: BackendRun, workload: string, ours: string, other: string): number | undefined {
  const [mine, theirs] = [medianOf(run, workload, ours), medianOf(run, workload, other)]
  return mine === undefined || theirs === undefined ? undefined : mine / theirs
}

function goalsOf(run: BackendRun): Goal[] {
  const title = (id: string): string => run.workloads.find((workload) => workload.id === id)?.title ?? id
  const byHand = Object.entries({ 'at-once': atOnceMost[run.backend] ?? 3, ...byHandMost })
  return [
    ...byHand.map(([id, most]): Goal => {
      return { what: `${title(id)}, to by hand`, most, measured: against(run, id, 'ours', 'by hand'), unit: 'times' }
    }),
    ...['at-once', 'awaited'].map((id): Goal => {
      const what = `${title(id)}: longest stop of the event loop`
      return { what, most: longestStopMs, measured: stopOf(run, id, 'ours'), unit: 'ms' }
    }),
    {
      what: `${title('turn')}: encrypted, to plain`,
      most: encryptedMost,
      measured: against(run, 'turn', 'ours, encrypted', 'ours'),
      unit: 'times',
    },
    ...run.contenders.filter(isPeer).flatMap(({ name, lacks }) =>
      run.workloads.map(({ id }): Goal => {
        const most = lacks.some((kept) => kept !== 'expiry') ? lessKeptMost : 1
        return { what: `${title(id)}, to ${name}`, most, measured: against(run, id, 'ours', name), unit: 'times' }
      }),
    ),
  ]
}

function isPeer({ name }: { name: string }): boolean {
  return name !== 'by hand' && !name.startsWith('ours')
}

/** What must hold and does not; how many do. */
export function goals(run: BackendRun): string {
  // Memory is a floor, not something to beat.
  if (run.backend === 'memory') return ''
  const all = goalsOf(run).filter(({ measured }) => measured !== undefined)
  const missed = all.filter(({ measured = 0, most }) => measured > most)
  const summary = `${all.length - missed.length} of the ${all.length} bounds of this backend hold.`
  if (missed.length === 0) return summary
  const rows = missed.map(({ what, measured = 0, most, unit }) => [
    what,
    `${ratio(measured)} ${unit}`,
    `${most} ${unit}`,
  ])
  return `${summary} These do not:\n\n${table(['what', 'measured', 'at most'], rows)}`
}
