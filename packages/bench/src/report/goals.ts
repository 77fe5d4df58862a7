import type { BackendRun } from '../peers/results.ts'
import { against, boundsOf } from './bounds.ts'
import { ratio, stopOf } from './figures.ts'
import { table } from './markdown.ts'

/** What must hold with one backend, as a factor of a contender's time or in milliseconds, and what was measured. */
interface Goal {
  readonly what: string
  readonly most: number
  readonly measured: number | undefined
  readonly unit: 'times' | 'ms'
}

const longestStopMs = 50
const encryptedMost = 2

function goalsOf(run: BackendRun): Goal[] {
  const title = (id: string): string => run.workloads.find((workload) => workload.id === id)?.title ?? id
  return [
    ...run.workloads.flatMap(({ id }) =>
      boundsOf(run, id).map(({ contender, measured, most }): Goal => {
        return { what: `${title(id)}, to ${contender}`, most, measured, unit: 'times' }
      }),
    ),
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
  ]
}

/** What must hold and does not; how many do. */
export function goals(run: BackendRun): string {
  // Memory is a floor, not something to beat.
  if (run.backend === 'memory') return 'Memory is a floor: nothing is promised.'
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
