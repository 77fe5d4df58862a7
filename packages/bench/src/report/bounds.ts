import type { BackendRun, ContenderReport } from '../peers/results.ts'
import { medianOf } from './figures.ts'

const byHandMost: Readonly<Record<string, number>> = { 'append-1': 1.15, 'last-20': 1.25, all: 1.1 }
/** A transaction of InnoDB takes several round trips. */
const loneAppendMost: Readonly<Record<string, number>> = { mariadb: 1.35 }
const atOnceMost: Readonly<Record<string, number>> = { sqlite: 3, postgres: 3, mariadb: 3, redis: 1.4 }
/** Where a peer writes less of a session than we do, it may be faster by so much. A session without expiry has none to write. */
export const lessKeptMost = 1.5

/** What ours took, as a factor of what another contender took; nothing where one of them has no figure. */
export function against(run: BackendRun, workload: string, ours: string, other: string): number | undefined {
  const [mine, theirs] = [medianOf(run, workload, ours), medianOf(run, workload, other)]
  return mine === undefined || theirs === undefined || mine <= 0 || theirs <= 0 ? undefined : mine / theirs
}

/** How many times as long as a contender ours may take with a workload; nothing where nothing is promised. */
function mostOf(run: BackendRun, workload: string, { name, lacks }: ContenderReport): number | undefined {
  // Memory is a floor, not something to beat.
  if (run.backend === 'memory' || name.startsWith('ours')) return undefined
  if (name === 'by hand') {
    const ofBackend = workload === 'at-once' ? atOnceMost : workload === 'append-1' ? loneAppendMost : {}
    return ofBackend[run.backend] ?? byHandMost[workload]
  }
  return lacks.some((kept) => kept !== 'expiry') ? lessKeptMost : 1
}

/** A contender and what ours took against it, beside what it may take. */
export interface Bound {
  readonly contender: string
  readonly measured: number
  readonly most: number
}

/** What is promised of one workload and was measured. */
export function boundsOf(run: BackendRun, workload: string): Bound[] {
  return run.contenders.flatMap((contender) => {
    const most = mostOf(run, workload, contender)
    const measured = against(run, workload, 'ours', contender.name)
    return most === undefined || measured === undefined ? [] : [{ contender: contender.name, measured, most }]
  })
}

export function isMissed({ measured, most }: Bound): boolean {
  return measured > most
}
