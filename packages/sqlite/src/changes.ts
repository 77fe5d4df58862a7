import { type CommitResult, type HistoryChange, writes } from '@sessions/core'
import { refusalOf } from './conditions.ts'
import { forgetLease, isHeld } from './leases.ts'
import { maintainMessages } from './maintain.ts'
import { saveMetadata } from './metadata.ts'
import type { Statements } from './statements.ts'
import { entryTimes, fromTimestamp, timeAfter, toSeconds, toTimestamp } from './timestamps.ts'

interface SessionRow {
  createdAt: string
  updatedAt: string | null
  /** Milliseconds since the epoch; `null` without a ttl. */
  endsAt: number | null
}

interface MessageRow {
  /** A number that grows, as a text: it may be larger than a number is exact. */
  place: string
  record: string
}

/** How a store writes. */
export interface WritePolicy {
  /** Milliseconds; without it, a session keeps the one it has. */
  readonly ttlMs: number | undefined
  /** Milliseconds for which the id of an operation is remembered. */
  readonly operationMs: number
}

/** How many ids each operation forgets for itself: more than one, so that they do not pile up where nobody purges. */
const forgottenAtOnce = 4

/** Decides and does one change. Runs inside a transaction that holds the write lock. */
export function applyChange(
  statements: Statements,
  sessionId: string,
  change: HistoryChange,
  now: number,
  { ttlMs, operationMs }: WritePolicy,
): CommitResult {
  const session = liveSession(statements, sessionId, now)
  if (change.maintain !== undefined) return maintainMessages(statements, sessionId, change.maintain)
  const refusal = refusalOf(statements, sessionId, session !== undefined, change, now)
  if (refusal !== undefined) return { status: refusal }
  const { operation, metadata = {} } = change
  const clear = change.clear === true

  // Items without a session are nobody's.
  if (change.create === true) statements.deleteMessages.run(sessionId)
  const { count, dropped } = dropNewest(statements, sessionId, change)
  if (clear) statements.clearOperations.run(sessionId)
  const isGone = clear && !writes(change) && statements.outlives.get(sessionId) === undefined
  if (isGone) eraseSession(statements, sessionId, now)
  if (isGone || (count === 0 && !writes(change))) return { status: 'applied', dropped }

  const updatedMs = session === undefined ? now : timeAfter(session.updatedAt, now)
  const updatedAt = toTimestamp(updatedMs)
  statements.saveSession.run(sessionId, updatedAt, updatedAt)
  const ttl = ttlMs ?? (session?.endsAt == null ? null : (statements.ttl.get(sessionId) as number))
  if (ttl !== null) statements.saveTTL.run(sessionId, ttl, updatedMs + ttl)
  appendRecords(statements, sessionId, change, updatedMs)
  if (operation !== undefined) {
    statements.saveOperation.run(sessionId, operation.id, operation.fingerprint, toTimestamp(now + operationMs))
    statements.forgetOperations.run(toTimestamp(now), forgottenAtOnce)
  }
  saveMetadata(statements, sessionId, metadata)
  return { status: 'applied', dropped }
}

function appendRecords(
  { append, newestTime }: Statements,
  sessionId: string,
  { append: records = [], appendTimes }: HistoryChange,
  now: number,
): void {
  const createdAt = toSeconds(toTimestamp(now))
  if (appendTimes === undefined) {
    for (const record of records) append.run(sessionId, record, createdAt)
    return
  }
  const newest = newestTime.get(sessionId) as string | null | undefined
  const times = entryTimes(appendTimes, fromTimestamp(newest ?? null), now)
  for (const [index, record] of records.entries()) {
    append.run(sessionId, record, toSeconds(toTimestamp(times[index] ?? now)))
  }
}

/** Without any, a session is erased whatever its state. */
export interface EraseCondition {
  /** Only if this was its last change. */
  readonly updatedAt?: Date
  /** Only if its time is over. */
  readonly over?: boolean
  /** Only while this lease is held. */
  readonly lease?: string
}

/**
 * Removes every trace of a session but a lease that may still be waited for. Whether it was there as the condition says, or, without `over`,
 * before its time was over; `lost` where the lease is not held.
 */
export function eraseSession(
  statements: Statements,
  sessionId: string,
  now: number,
  { updatedAt, over = false, lease }: EraseCondition = {},
): boolean | 'lost' {
  if (lease !== undefined && !isHeld(statements, sessionId, lease, now)) return 'lost'
  const session = statements.session.get(sessionId) as SessionRow | undefined
  if (updatedAt !== undefined && fromTimestamp(session?.updatedAt ?? null) !== updatedAt.getTime()) return false
  const alive = session !== undefined && isAlive(session, now)
  if (over && (session === undefined || alive)) return false
  statements.deleteMessages.run(sessionId)
  eraseOurs(statements, sessionId)
  forgetLease(statements, sessionId, now)
  statements.deleteSession.run(sessionId)
  return over || alive
}

/** What Python does not know of, and leaves behind when it clears a session. */
function eraseOurs(statements: Statements, sessionId: string): void {
  statements.deleteOperations.run(sessionId)
  statements.deleteMetadata.run(sessionId)
  statements.deleteTTL.run(sessionId)
}

/** The session as it stands; one whose time is over is erased first, so that the change starts it anew. */
export function liveSession(statements: Statements, sessionId: string, now: number): SessionRow | undefined {
  const session = statements.session.get(sessionId) as SessionRow | undefined
  if (session !== undefined && isAlive(session, now)) return session
  if (session === undefined) eraseOurs(statements, sessionId)
  else eraseSession(statements, sessionId, now)
  return undefined
}

/**
 * Runs a read as of `now`, which gives nothing for a session that may be over: then the session's last change, which may be
 * Python's, decides whether it is read as of the beginning of time, when nothing was over.
 */
export function readIfAlive<T>(
  statements: Statements,
  sessionId: string,
  now: number,
  readAsOf: (time: number) => T[],
): T[] {
  const rows = readAsOf(now)
  if (rows.length > 0) return rows
  const session = statements.session.get(sessionId) as SessionRow | undefined
  if (session === undefined || session.endsAt === null || !isAlive(session, now)) return rows
  return readAsOf(0)
}

function isAlive({ endsAt }: SessionRow, now: number): boolean {
  return endsAt === null || endsAt > now
}

/** How many were removed, and what they were if the change wants them back, oldest first. */
function dropNewest(
  statements: Statements,
  sessionId: string,
  { drop = 0, clear, returnDropped }: HistoryChange,
): { count: number; dropped: string[] } {
  const limit = clear === true || drop === 'all' ? -1 : drop
  if (limit === 0) return { count: 0, dropped: [] }
  if (returnDropped !== true) return { count: statements.drop.run(sessionId, limit).changes, dropped: [] }
  // SQLite gives the rows of RETURNING in no particular order.
  const rows = statements.dropAndReturn.all(sessionId, limit) as MessageRow[]
  return {
    count: rows.length,
    dropped: rows.sort((a, b) => (BigInt(a.place) < BigInt(b.place) ? -1 : 1)).map(({ record }) => record),
  }
}

/** How much it writes, in UTF-16 units. */
export function lengthOf({ append = [] }: HistoryChange): number {
  return append.reduce((sum, record) => sum + record.length, 0)
}

/** Whether something that was stored is gone after it. */
export function removes({ drop = 0, metadata = {}, maintain }: HistoryChange): boolean {
  return drop !== 0 || Object.keys(metadata).length > 0 || maintain !== undefined
}
