/** Where an adapter takes the time from, when time is its own to keep. `@sessions/core/testing` has one that a test moves. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

/** The time of the machine. */
export const systemClock: Clock = { now: () => Date.now() }
