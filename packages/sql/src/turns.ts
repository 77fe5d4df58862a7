import { SessionError } from '@sessions/core'

/**
 * Who writes what, one after the other in the order of arrival: those who would wait for the same row in the database wait here,
 * where they keep no connection from others.
 */
export class Turns {
  /** The last one of each queue. */
  readonly #last = new Map<string, Promise<void>>()

  /**
   * Resolves to what ends the turn.
   * @param until - when to give up, as `performance.now()` tells time
   * @throws SESSION_BUSY where those who came before took until then
   */
  async take(key: string, until: number): Promise<() => void> {
    const before = this.#last.get(key)
    const { promise, resolve } = Promise.withResolvers<void>()
    // Whoever gives up lets the next one wait for the same one.
    const over = before === undefined ? promise : before.then(() => promise)
    this.#last.set(key, over)
    const end = (): void => {
      resolve()
      if (this.#last.get(key) === over) this.#last.delete(key)
    }
    if (before !== undefined && !(await endsBy(before, until))) {
      // The queue goes on behind the one that is still waited for.
      resolve()
      void over.then(() => this.#last.get(key) === over && this.#last.delete(key))
      throw new SessionError(
        'SESSION_BUSY',
        'Earlier writes of this process to the session took for too long. Nothing was written.',
      )
    }
    return end
  }
}

async function endsBy(turn: Promise<void>, until: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), Math.max(0, until - performance.now()))
  void turn.then(() => resolve(true))
  const ended = await promise
  clearTimeout(timer)
  return ended
}
