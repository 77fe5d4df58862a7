import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds that SQLite itself may wait for a lock: it blocks the event loop, so it is short. */
export const blockingWaitMs = 50
/** Milliseconds between two tries, at most; drawn at random so that waiting processes do not march in step. */
const pauseMs = 20

/**
 * Runs synchronous work again while another connection holds the lock, for up to `timeoutMs`; the event loop goes on in
 * between. The work must leave nothing behind where it fails, as a transaction does.
 */
export async function whileBusy<T>(timeoutMs: number, work: () => T): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error
    }
    await delay(Math.random() * pauseMs)
  }
}

function isBusy(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^SQLITE_(BUSY|LOCKED)/.test(code)
}
