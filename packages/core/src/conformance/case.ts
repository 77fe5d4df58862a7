import type { CaseContext } from './context.ts'
import type { Capability } from './harness.ts'

/** One promise and the test of it. */
export interface CaseDefinition {
  /** Stable: `append/contiguous-batches`. */
  id: string
  /** Reads as a promise: `keeps a batch contiguous while others append`. */
  title: string
  /** Runs only on a store harness. */
  store?: true
  /** Runs only where the harness declares these. */
  needs?: readonly Capability[]
  /** Runs only where the harness declares these `false`, to see that it is so. */
  without?: readonly Capability[]
  /** Rejects where the promise is broken. */
  run(t: CaseContext): Promise<void>
}
