import { type CommitResult, type Decide, type HistoryChange, type JSONValue, writes } from '@sessions/core'
import { judge } from './conditions.ts'
import type { Outcome } from './database.ts'
import { Collision } from './errors.ts'
import { keepsRows } from './failures.ts'
import { maintainMessages } from './maintain.ts'
import type { MessageRow, SessionRows, SessionState } from './rows.ts'
import { entryTimes } from './timestamps.ts'

/** How a store writes. */
export interface WritePolicy {
  /** Milliseconds; without it, a session keeps the one it has. */
  ttlMs: number | undefined
  /** Milliseconds for which the operation of a change is kept at least. */
  operationMs: number
}

/** Decides and does one change, inside a transaction. */
export async function applyChange(
  rows: SessionRows,
  change: HistoryChange,
  policy: WritePolicy,
): Promise<Outcome<CommitResult>> {
  const { operation, append = [], metadata } = change
  const clear = change.clear === true
  const session = await takeSession(rows, writes(change))
  const isThere = session.updatedMs !== 0
  if (change.maintain !== undefined) {
    return isThere ? await maintainMessages(rows, change.maintain) : { result: { status: 'conflict' }, keep: false }
  }
  const { refusal, tail } = await judge(rows, change, session)
  if (refusal !== undefined) return { result: { status: refusal }, keep: false }

  const isGone = clear && isThere && !writes(change) && Object.keys(session.metadata).length === 0
  const { count, dropped } = isThere ? await removeNewest(rows, change, tail, isGone) : nothing
  const result: CommitResult = { status: 'applied', dropped }
  if (isGone) {
    if (!(await rows.erase())) throw keepsRows()
    return { result, keep: true }
  }
  if (clear && isThere) await rows.forgetOperations()
  if (count === 0 && !writes(change)) return { result, keep: session.erased || (clear && isThere) }

  const updatedMs = Math.max(session.nowMs, session.updatedMs + 1)
  if (append.length > 0) await rows.append(append, await timesOf(rows, change, updatedMs))
  if (operation !== undefined) {
    await rows.saveOperation(operation.id, operation.fingerprint, session.nowMs + policy.operationMs)
  }
  const merged = metadata === undefined ? session.metadata : merge(session.metadata, metadata)
  if (metadata !== undefined) await rows.indexMetadata(merged)
  await rows.update({ updatedMs, ttlMs: policy.ttlMs ?? session.ttlMs, metadata: merged })
  return { result, keep: true }
}

/** Reads under the lock of the session, and does what `decide` makes of it. */
export async function decideChange(
  rows: SessionRows,
  limit: number | undefined,
  decide: Decide,
  policy: WritePolicy,
): Promise<Outcome<CommitResult>> {
  const session = await rows.lock()
  const isThere = session !== undefined && !session.expired
  const newest = isThere ? await rows.newest(limit ?? Number.MAX_SAFE_INTEGER) : []
  const change = await decide(newest.map(({ record }) => record))
  if (change !== undefined) return await applyChange(rows, change, policy)
  return { result: { status: 'applied', dropped: [] }, keep: false }
}

/**
 * Removes a session; with `unchangedSince`, only if that was its last change; with `lease`, only while that is held. Whether it was
 * there and its time was not over.
 */
export async function eraseSession(
  rows: SessionRows,
  unchangedSince?: Date,
  lease?: string,
): Promise<Outcome<boolean | 'lost'>> {
  const session = await rows.lock()
  if (lease !== undefined && !(await rows.fence(lease))) return { result: 'lost', keep: false }
  if (session === undefined) return { result: false, keep: false }
  if (unchangedSince !== undefined && session.updatedMs !== unchangedSince.getTime())
    return { result: false, keep: false }
  const isGone = await rows.erase()
  return { result: isGone && !session.expired, keep: isGone }
}

/**
 * The one of all records, or one of each. Kept ones keep their time, but none is before the one that it follows; a new one that stands
 * before them, such as a summary, takes theirs.
 */
async function timesOf(
  rows: SessionRows,
  { appendTimes }: HistoryChange,
  updatedMs: number,
): Promise<number | readonly number[]> {
  if (appendTimes === undefined || appendTimes.every((time) => time === undefined)) return updatedMs
  return entryTimes(appendTimes, updatedMs, await rows.newestTime())
}

/** The session as it stands, kept to this transaction. One whose time is over is erased first: the change starts it anew. */
export async function takeSession(rows: SessionRows, creates: boolean): Promise<SessionState & { erased: boolean }> {
  if (creates) await rows.create()
  const session = await rows.lock()
  // Somebody removed it between the two.
  if (creates && session === undefined) throw new Collision()
  if (session !== undefined && !session.expired) return { ...session, erased: false }
  const erased = session !== undefined
  if (erased && creates) await rows.makeAnew()
  else if (erased && !(await rows.erase())) throw keepsRows()
  return { updatedMs: 0, nowMs: session?.nowMs ?? 0, expired: false, ttlMs: null, metadata: {}, erased }
}

/** What was removed; of that, only what the change wants back. */
interface Removal {
  count: number
  dropped: string[]
}

const nothing: Removal = { count: 0, dropped: [] }

/**
 * Removes what the change drops or clears, and reads no more of it than is wanted back. `tail` is what was read of it already; with
 * `goes`, the session is about to go, and these messages with it.
 */
async function removeNewest(
  rows: SessionRows,
  { drop = 0, clear, expectTail, returnDropped }: HistoryChange,
  tail: readonly MessageRow[],
  goes: boolean,
): Promise<Removal> {
  const limit = clear || drop === 'all' ? Number.MAX_SAFE_INTEGER : drop
  if (limit === 0) return nothing
  if (returnDropped || limit <= tail.length) {
    const messages = limit <= tail.length ? tail.slice(-limit) : await rows.newest(limit)
    const dropped = returnDropped ? messages.map(({ record }) => record) : []
    if (!goes)
      await removeThese(
        rows,
        messages.map(({ id }) => id),
      )
    return { count: messages.length, dropped }
  }
  if (goes) return nothing
  // Where nothing is expected, nobody minds what someone who takes no lock has appended meanwhile.
  if (limit === Number.MAX_SAFE_INTEGER && expectTail === undefined)
    return { count: await removeAll(rows), dropped: [] }
  const ids = await rows.newestIds(limit)
  await removeThese(rows, ids)
  return { count: ids.length, dropped: [] }
}

async function removeThese(rows: SessionRows, ids: readonly string[]): Promise<void> {
  if (ids.length === 0 || (await rows.drop(ids)) >= ids.length) return
  // Else someone who takes no lock, as Python does not, was quicker: the tail is not what it was when it was read.
  throw (await rows.areLeft(ids)) ? keepsRows() : new Collision()
}

/** All there are. Those that a statement leaves, and another one too, are kept by the database. */
async function removeAll(rows: SessionRows): Promise<number> {
  for (let removed = 0; ; ) {
    const affected = await rows.dropAll()
    removed += affected
    if (affected === 0 && (await rows.isEmpty())) return removed
    if (affected === 0) throw keepsRows()
  }
}

function merge(
  before: Record<string, JSONValue>,
  patch: Record<string, JSONValue | undefined>,
): Record<string, JSONValue> {
  const entries = Object.entries({ ...before, ...patch })
  return Object.fromEntries(entries.filter((entry): entry is [string, JSONValue] => entry[1] !== undefined))
}
