import type { Backend, Kept } from './contender.ts'
import type { Sizes } from './sizes.ts'

/** What one contender did with one workload. Exactly one of `rounds`, `missing`, `wrong` and `failed` is there. */
export interface Result {
  readonly contender: string
  readonly workload: string
  /** Of each round what one operation took: microseconds, or bytes for memory. */
  readonly rounds?: readonly number[]
  /** Of each round the longest stop of the event loop, in milliseconds. */
  readonly stops?: readonly number[]
  readonly missing?: true
  /** What came back wrong before anything was timed. */
  readonly wrong?: string
  readonly failed?: string
}

export interface ContenderReport {
  readonly name: string
  readonly versions: Readonly<Record<string, string>>
  readonly lacks: readonly Kept[]
  readonly note: string
  readonly settings: Readonly<Record<string, unknown>>
  /** Why it could not be opened here. */
  readonly failed?: string
  /** What is not on this machine, so that it did not take part. */
  readonly skipped?: string
}

/** The raw results of a run with one backend, as they are committed. */
export interface BackendResults {
  readonly backend: Backend
  readonly server: string
  readonly durability: Readonly<Record<string, string>>
  readonly workloads: readonly { readonly id: string; readonly title: string }[]
  readonly contenders: readonly ContenderReport[]
  readonly results: readonly Result[]
}

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  /** The load of the machine when the run began. */
  readonly load: number
}

/** A file of `docs/benchmarks`. */
export interface BackendRun extends BackendResults {
  /** The day. */
  readonly date: string
  readonly machine: Machine
  readonly sizes: Sizes
}
