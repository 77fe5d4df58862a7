import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds that SQLite itself may wait for a lock: it blocks the event loop, so it is short. */
export const blockingWaitMs = 50
/** Milliseconds between two tries, at most; drawn at random so that waiting processes do not march in step. */
const pauseMs = 20

/**
 * Runs synchronous work, and again while another connection holds the lock, for up to `timeoutMs`; the event loop goes on in
 * between. The work must leave nothing behind where it fails, as a transaction does.
 */
export function whileBusy<T>(timeoutMs: number, work: () => T): T | Promise<T> {
  try {
    return work()
  } catch (error) {
    if (!isBusy(error)) throw error
    return retry(performance.now() + timeoutMs, error, work)
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
  throw error
}

function isBusy(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^SQLITE_(BUSY|LOCKED)/.test(code)
}
