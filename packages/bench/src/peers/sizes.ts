/** How large the histories are, and how much is done. The report's are `full`; tests are content with less. */
export interface Sizes {
  readonly long: number
  readonly middle: number
  /** Sessions that append at once, and appends that are awaited one after the other. */
  readonly sessions: number
  readonly clients: number
  readonly open: number
  /** Milliseconds after which a round ends, however much of it is done. */
  readonly roundMs: number
}

export const full: Sizes = { long: 10_000, middle: 1_000, sessions: 1_000, clients: 200, open: 10_000, roundMs: 400 }

/** A tenth of it, to see within a minute or two that everything works. */
export const quick: Sizes = { long: 1_000, middle: 100, sessions: 100, clients: 20, open: 1_000, roundMs: 100 }
