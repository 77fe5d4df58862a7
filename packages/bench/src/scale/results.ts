import type { Backend } from '../peers/contender.ts'
import type { Machine } from '../peers/results.ts'

/** What a store of so many sessions, or a session of so many items, takes. Times are medians, in microseconds. */
export interface Step {
  readonly count: number
  readonly append: number
  readonly last20: number
  /** The newest 20 sessions; only where sessions are counted. */
  readonly newest20?: number
  /** The same for a store without an index of its sessions, where it has one only if it is asked to. */
  readonly scanned20?: number
  readonly diskMiB: number
  /** Of a server that keeps everything in memory. */
  readonly serverMiB?: number
  /** Of this process, which has the store open: its heap after a collection. */
  readonly heapMiB: number
}

/** A file of `docs/benchmarks`. */
export interface Scale {
  readonly backend: Backend
  readonly server: string
  readonly date: string
  readonly machine: Machine
  readonly itemsOfEach: number
  /** By the number of sessions. */
  readonly sessions: readonly Step[]
  /** By the number of items of one session. */
  readonly items: readonly Step[]
}
