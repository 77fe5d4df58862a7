import { setTimeout as delay } from 'node:timers/promises'
import { yieldIfLong } from '@sessions/core'
import { isBusy } from './errors.ts'

/** Milliseconds that SQLite itself may wait for a lock: it blocks the event loop, so it is short. */
export const blockingWaitMs = 10
/** Milliseconds between two tries, at most; drawn at random so that waiting processes do not march in step. */
const pauseMs = 20

/**
 * Runs synchronous work, and again while another connection holds the lock or the caller uses the connection, for up to
 * `timeoutMs`; the event loop goes on in between. The work must leave nothing behind where it fails, as a transaction does.
 */
export function whileBusy<T>(timeoutMs: number, work: () => T): T | Promise<T> {
  return attempt(performance.now() + timeoutMs, work)
}

/** The writes of one connection: where one has to wait, those that come later wait behind it, so that one at a time tries. */
export class WriteQueue {
  #last: Promise<unknown> | undefined

  /** As `whileBusy`. */
  run<T>(timeoutMs: number, work: () => T): T | Promise<T> {
    const deadline = performance.now() + timeoutMs
    const before = this.#last
    const result = before === undefined ? attempt(deadline, work) : before.then(() => attempt(deadline, work))
    return result instanceof Promise ? this.#enqueue(result) : result
  }

  #enqueue<T>(result: Promise<T>): Promise<T> {
    const settled = result.then(ignore, ignore)
    this.#last = settled
    void settled.then(() => {
      if (this.#last === settled) this.#last = undefined
    })
    return result
  }
}

/** The call itself hears how it ended. */
function ignore(): void {}

function attempt<T>(deadline: number, work: () => T): T | Promise<T> {
  try {
    return work()
  } catch (error) {
    if (!isBusy(error)) throw error
    return retry(deadline, error, work)
  }
}

async function retry<T>(deadline: number, busy: unknown, work: () => T): Promise<T> {
  let error = busy
  while (isBusy(error) && performance.now() < deadline) {
    await delay(Math.random() * pauseMs)
    try {
      return work()
    } catch (again) {
      error = again
    }
  }
  // The next one tries at once.
  await yieldIfLong()
  throw error
}
