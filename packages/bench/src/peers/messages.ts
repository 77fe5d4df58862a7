import type { Sizes } from './sizes.ts'
import type { Round } from './workloads.ts'

/** What the parent asks of the process of a contender. */
export type Request =
  | { ask: 'open'; place: string }
  | { ask: 'prepare'; workload: string; sizes: Sizes }
  | { ask: 'round' }
  | { ask: 'listen'; path: string }
  | { ask: 'memory'; sizes: Sizes }
  | { ask: 'seed'; sessionId: string; count: number }
  | { ask: 'close' }

/** What it answers; every field belongs to one request. */
export interface Answer {
  /** It failed, and how. */
  failed?: string
  /** What is not on this machine, so that it cannot take part. */
  skipped?: string
  offered?: boolean
  wrong?: string | undefined
  round?: Round
  settings?: Readonly<Record<string, unknown>>
  bytes?: number | undefined
}
