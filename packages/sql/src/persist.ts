import { setTimeout as delay } from 'node:timers/promises'
import { noteRetry, SessionError } from '@sessions/core'
import { isCollision, isFull, isLost, mapError } from './errors.ts'

/** How often and how long work is tried. */
export interface Persistence {
  /** Until when others may be in the way, as `performance.now()` tells time. */
  until: number
  /** How often a lost connection is made up for. */
  retries: number
  /** Whether doing the work twice is as good as once. */
  repeatable: boolean
}

/** Milliseconds between two tries, at most: the first, and where doubling ends. */
const collisionPauseMs = { first: 10, last: 500 }
const fullPauseMs = { first: 100, last: 500 }
const lostPauseMs = { first: 100, last: 2_000 }

/**
 * Runs work that leaves nothing behind where others were in its way, until they are not: by locks, or by having all connections
 * of the server. And again after a lost connection, where that was asked for and either the work was certainly not done or may
 * be done twice.
 */
export async function persist<T>(work: () => Promise<T>, { until, retries, repeatable }: Persistence): Promise<T> {
  let collisions = 0
  let losses = 0
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const inTime = performance.now() < until
      if (inTime && isCollision(error)) await pause(collisionPauseMs, collisions++)
      else if (inTime && isFull(error)) await pause(fullPauseMs, collisions++)
      else if (mayRepeat(error, repeatable) && losses < retries) await pause(lostPauseMs, losses++)
      else throw error
    }
  }
}

/** Also where a server answers that it serves nobody yet: one that starts, or a node that is not back in its cluster. */
function mayRepeat(error: unknown, repeatable: boolean): boolean {
  const meant = error instanceof SessionError ? error : mapError(error)
  if (meant === undefined || !meant.retryable || (meant.ambiguous && !repeatable)) return false
  return meant.code === 'SESSION_UNAVAILABLE' || (isLost(error) && !isFull(error))
}

/** Drawn at random, so that those who met once do not meet again. */
async function pause({ first, last }: { first: number; last: number }, before: number): Promise<void> {
  noteRetry()
  await delay(Math.random() * Math.min(last, first * 2 ** before))
}
