import { setTimeout as delay } from 'node:timers/promises'

interface UntilOptions {
  readonly timeoutMs?: number
  /** Ends the waiting. */
  readonly signal?: AbortSignal
}

const pollMs = 25

/**
 * Resolves when `check` does, which is called again as long as it rejects: whatever a server that is not up yet makes a
 * driver throw. @throws Error when the time is over, with the last rejection as its cause, or the reason of the signal.
 */
export async function until(
  what: string,
  check: () => Promise<void>,
  { timeoutMs = 300_000, signal }: UntilOptions = {},
): Promise<void> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const over = signal === undefined ? timeout : AbortSignal.any([timeout, signal])
  const aborted = Promise.withResolvers<never>()
  over.addEventListener('abort', () => aborted.reject(over.reason), { once: true })
  let last: unknown
  while (true) {
    try {
      // A check may hang: what listens on the port may be something else altogether.
      return await Promise.race([check(), aborted.promise])
    } catch (cause) {
      signal?.throwIfAborted()
      if (timeout.aborted) throw new Error(`${what}: not within ${timeoutMs} ms`, { cause: last ?? cause })
      last = cause
    }
    await delay(pollMs)
  }
}
