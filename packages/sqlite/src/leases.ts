import type { LeaseResult, LeaseSwap } from '@sessions/core'
import type { Statements } from './statements.ts'

interface LeaseRow {
  version: string
  token: string | null
  /** Milliseconds since the epoch. */
  until: number
  waiting: string
}

/** Milliseconds after which a lease that is over can be forgotten: whoever waits has written to its row since. */
const forgottenMs = 60_000

/** The row of a session's lease as it is. */
export function readLease({ lease }: Statements, sessionId: string, now: number): LeaseResult {
  return resultOf(lease.get(sessionId) as LeaseRow | undefined, false, now)
}

/** One step on it. Runs inside a transaction that holds the write lock. */
export function swapLease(statements: Statements, sessionId: string, swap: LeaseSwap, now: number): LeaseResult {
  const found = statements.lease.get(sessionId) as LeaseRow | undefined
  if (swap.expect !== (found?.version ?? null)) return resultOf(found, false, now)
  if (swap.row === null) {
    statements.deleteLease.run(sessionId)
    return resultOf(undefined, true, now)
  }
  const { version, token, until: given = 0, leaseMs, waiting } = swap.row
  const end = leaseMs === undefined ? given : now + leaseMs
  // Where nobody holds, it says when the row was written, so that it is not forgotten while others wait.
  const until = token === null ? Math.max(end, now) : end
  statements.saveLease.run(sessionId, version, token, until, waiting)
  return resultOf({ version, token, until, waiting }, true, now)
}

/** Whether a lease is held. Inside a transaction that holds the write lock it is held until that ends, since nobody else can take it. */
export function isHeld({ holdsLease }: Statements, sessionId: string, token: string, now: number): boolean {
  return holdsLease.get(sessionId, token, now) !== undefined
}

/** Forgets up to `limit` leases that are long over. How many there were. */
export function forgetLeases(statements: Statements, now: number, limit: number): number {
  return statements.forgetLeases.run(now - forgottenMs, limit).changes
}

/** Forgets that of one session, if it is long over. */
export function forgetLease(statements: Statements, sessionId: string, now: number): void {
  statements.forgetLease.run(sessionId, now - forgottenMs)
}

function resultOf(row: LeaseRow | undefined, swapped: boolean, now: number): LeaseResult {
  const { version = null, token = null, until = 0, waiting = '' } = row ?? {}
  return { swapped, version, token, until, waiting, now }
}
