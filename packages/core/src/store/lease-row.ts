/** The lease of a session as a store has it, and what time it is there. */
export interface LeaseState {
  /** What the row was given when it was last written; `null` where there is no row. */
  version: string | null
  /** Who holds; `null` where nobody does. */
  token: string | null
  /** When that ends, in milliseconds since the Unix epoch by the backend's clock. Over where it is not after `now`. */
  until: number
  /** Who waits: a text that core understands; empty where nobody does. */
  waiting: string
  /** The backend's clock, in milliseconds since the Unix epoch. */
  now: number
}

/** One atomic step: if the row still has this version, it becomes that. */
export interface LeaseSwap {
  /** `null`: only if there is no row. */
  expect: string | null
  /** `null` removes the row. */
  row: LeaseWrite | null
}

/** What a row becomes. */
export interface LeaseWrite {
  version: string
  token: string | null
  /** By the backend's clock, or … */
  until?: number
  /** … so many milliseconds from now by that clock. */
  leaseMs?: number
  waiting: string
}

/** Whether the swap was done, and the row as it is after it, or as it is instead. */
export interface LeaseResult extends LeaseState {
  swapped: boolean
}
