import type { Clock } from '../call/clock.ts'

/** A clock that stands still until a test moves it, forwards or backwards. */
export class ManualClock implements Clock {
  #now: number

  /** @param start - milliseconds since the Unix epoch; default: the machine's time */
  constructor(start: number = Date.now()) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  /** @param ms - milliseconds; negative to go back */
  advance(ms: number): void {
    this.#now += ms
  }
}
