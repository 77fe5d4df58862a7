import { setTimeout as delay } from 'node:timers/promises'
import { noteRetry, SessionError } from '@sessions/core'
import { isMoving } from './refusals.ts'

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
      noteRetry()
      await delay(Math.random() * longestPause(tried))
    }
  }
}

function longestPause(tried: number): number {
  return Math.min(firstPauseMs * 2 ** tried, maxPauseMs)
}

/** Milliseconds to wait for the keys of a session to be on one server again. */
const movePauses = [5, 10, 20, 50, 100, 200]

/**
 * Where the slot of the keys is just moving to another server of a cluster: a call that names a key which is not there is
 * refused, and so is one whose keys are on two servers for a moment. The script finds the others by the first key.
 */
export async function whileMoving<T>(
  keys: readonly string[],
  evaluate: (named: readonly string[]) => Promise<T>,
): Promise<T> {
  let named = keys
  for (const pause of [0, ...movePauses]) {
    try {
      return await evaluate(named)
    } catch (error) {
      if (!isMoving(error)) throw error
      named = keys.slice(0, 1)
      if (pause > 0) await delay(pause)
    }
  }
  return evaluate(named)
}
