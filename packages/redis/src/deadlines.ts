/** Something that is over at a time unless it is removed before. */
interface Deadline {
  readonly at: number
  readonly expire: () => void
}

/** What all has the same time to be done, with one timer for all of it: a timer for each costs as much as sending a command. */
export class Deadlines {
  readonly timeoutMs: number
  /** Soonest first. */
  readonly #pending = new Set<Deadline>()
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs
  }

  /** Calls `expire` when the time is over. */
  add(expire: () => void): Deadline {
    const deadline = { at: performance.now() + this.timeoutMs, expire }
    this.#pending.add(deadline)
    // What is pending keeps the process running, as a timer of its own would.
    if (this.#pending.size === 1) this.#timer?.ref()
    this.#timer ??= setTimeout(() => this.#expire(), this.timeoutMs)
    return deadline
  }

  remove(deadline: Deadline): void {
    this.#pending.delete(deadline)
    if (this.#pending.size === 0) this.#timer?.unref()
  }

  #expire(): void {
    this.#timer = undefined
    const now = performance.now()
    for (const deadline of this.#pending) {
      if (deadline.at > now) {
        this.#timer = setTimeout(() => this.#expire(), deadline.at - now)
        return
      }
      this.#pending.delete(deadline)
      deadline.expire()
    }
  }
}
