import { setTimeout as delay } from 'node:timers/promises'
import { SessionError } from '@sessions/core'

/** Milliseconds before the first repetition, at most; twice as many before each further one … */
const firstPauseMs = 100
/** … up to this. */
const maxPauseMs = 2_000

/** Milliseconds that so many repetitions wait in all, at most. */
export function longestPauses(retries: number): number {
  return Array.from({ length: retries }, (_, index) => longestPause(index)).reduce((sum, ms) => sum + ms, 0)
}

/**
 * Tries again what may succeed later, with growing pauses drawn at random. What may have been done already is only tried
 * again where it is `repeatable`: where the server knows it again.
 */
export async function withRetries<T>(retries: number, repeatable: boolean, attempt: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      const again = error instanceof SessionError && error.retryable && (repeatable || !error.ambiguous)
      if (!again || tried === retries) throw error
      await delay(Math.random() * longestPause(tried))
    }
  }
}

function longestPause(tried: number): number {
  return Math.min(firstPauseMs * 2 ** tried, maxPauseMs)
}
