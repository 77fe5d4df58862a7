import { type CommitResult, type HistoryChange, type JSONValue, writes } from '@sessions/core'
import type { Outcome } from './database.ts'
import { Collision } from './errors.ts'
import { maintainMessages } from './maintain.ts'
import type { MessageRow, SessionRows, SessionState } from './rows.ts'

/** How a store writes. */
export interface WritePolicy {
  /** Milliseconds; without it, a session keeps the one it has. */
  ttlMs: number | undefined
  /** Milliseconds after which the operation of a change is forgotten; without it, it is kept as long as the session. */
  operationMs: number | undefined
}

/** Decides and does one change, inside a transaction. */
export async function applyChange(
  rows: SessionRows,
  change: HistoryChange,
  policy: WritePolicy,
): Promise<Outcome<CommitResult>> {
  const { operation, expectTail, drop = 0, append = [], metadata } = change
  const session = await takeSession(rows, writes(change))
  if (change.maintain !== undefined) {
    return session.updatedMs === 0 ? refuse('conflict') : await maintainMessages(rows, change.maintain)
  }
  if (operation !== undefined) {
    const fingerprint = session.updatedMs === 0 ? undefined : await rows.operation(operation.id)
    if (fingerprint !== undefined) return refuse(fingerprint === operation.fingerprint ? 'duplicate' : 'reused')
  }

  const messages = session.updatedMs === 0 ? [] : await newestMessages(rows, expectTail, drop)
  if (expectTail !== undefined && !endsWith(messages, expectTail)) return refuse('conflict')
  const dropped = drop === 'all' ? messages : drop === 0 ? [] : messages.slice(-drop)
  // Someone who takes no lock, as Python does not, was quicker: the tail is not what it was when it was read.
  if (dropped.length > 0 && (await rows.drop(dropped)) < dropped.length) throw new Collision()

  const result: CommitResult = { status: 'applied', dropped: dropped.map(({ record }) => record) }
  if (dropped.length === 0 && !writes(change)) return { result, keep: session.erased }

  const updatedMs = Math.max(session.nowMs, session.updatedMs + 1)
  if (append.length > 0) await rows.append(append, updatedMs)
  if (operation !== undefined) {
    const forgetMs = policy.operationMs === undefined ? undefined : session.nowMs + policy.operationMs
    await rows.saveOperation(operation.id, operation.fingerprint, forgetMs)
  }
  const merged = metadata === undefined ? session.metadata : merge(session.metadata, metadata)
  if (metadata !== undefined) await rows.indexMetadata(merged)
  await rows.update({ updatedMs, ttlMs: policy.ttlMs ?? session.ttlMs, metadata: merged })
  return { result, keep: true }
}

/**
 * Removes a session; with `unchangedSince`, only if that was its last change. Whether it was there and its time was not over.
 */
export async function eraseSession(rows: SessionRows, unchangedSince?: Date): Promise<Outcome<boolean>> {
  const session = await rows.lock()
  if (session === undefined) return { result: false, keep: false }
  if (unchangedSince !== undefined && session.updatedMs !== unchangedSince.getTime())
    return { result: false, keep: false }
  await rows.erase()
  return { result: !session.expired, keep: true }
}

/** The session as it stands, kept to this transaction. One whose time is over is erased first: the change starts it anew. */
async function takeSession(rows: SessionRows, creates: boolean): Promise<SessionState & { erased: boolean }> {
  if (creates) await rows.create()
  let session = await rows.lock()
  // Somebody may remove it between the two.
  while (creates && session === undefined) {
    await rows.create()
    session = await rows.lock()
  }
  if (session !== undefined && !session.expired) return { ...session, erased: false }
  const erased = session !== undefined
  if (erased) await rows.erase()
  if (creates && erased) await rows.create()
  return { updatedMs: 0, nowMs: session?.nowMs ?? 0, expired: false, ttlMs: null, metadata: {}, erased }
}

/** As many as the change looks at, oldest first. */
async function newestMessages(
  rows: SessionRows,
  expectTail: readonly string[] | undefined,
  drop: number | 'all',
): Promise<MessageRow[]> {
  const limit = drop === 'all' ? Number.MAX_SAFE_INTEGER : Math.max(drop, expectTail?.length ?? 0)
  return limit === 0 ? [] : rows.newest(limit)
}

function endsWith(messages: readonly MessageRow[], tail: readonly string[]): boolean {
  const newest = tail.length === 0 ? [] : messages.slice(-tail.length)
  return newest.length === tail.length && newest.every(({ record }, index) => record === tail[index])
}

function merge(
  before: Record<string, JSONValue>,
  patch: Record<string, JSONValue | undefined>,
): Record<string, JSONValue> {
  const entries = Object.entries({ ...before, ...patch })
  return Object.fromEntries(entries.filter((entry): entry is [string, JSONValue] => entry[1] !== undefined))
}

function refuse(status: 'duplicate' | 'reused' | 'conflict'): Outcome<CommitResult> {
  return { result: { status }, keep: false }
}
