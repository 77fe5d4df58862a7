import { randomUUID } from 'node:crypto'
import type { CommitResult, HistoryChange } from '@sessions/core'
import type { ScriptCall } from './connection.ts'
import type { SessionKeys } from './keys.ts'
import { toArray, toOneOf, toTexts } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** A change as a call of the script, and what its reply means. */
export interface Commit {
  readonly call: ScriptCall
  /** Whether the server knows it again, and what it did follows from the change alone. */
  readonly repeatable: boolean
  result(reply: unknown): CommitResult
}

/** How a store writes. */
export interface CommitOptions {
  /** Milliseconds; 0 for none. */
  ttlMs: number
  /** Milliseconds for which the id of an operation is known. */
  operationMs: number
  /** Milliseconds for which an attempt must be known again; 0 where none is repeated. */
  attemptWindowMs: number
  waitsForReplicas: boolean
  /** Whether Python may have left its counter beside the session: it cannot use a cluster. */
  hasCounter: boolean
}

export function prepareCommit(
  keys: SessionKeys,
  sessionId: string,
  change: HistoryChange,
  options: CommitOptions,
): Commit {
  const { operation, expectTail = [], drop = 0, append = [], metadata } = change
  const clears = change.clear === true
  const plain = options.attemptWindowMs === 0 ? plainAppend(change) : []
  if (plain.length > 0) {
    const call = appendCall(keys, sessionId, plain, options.ttlMs)
    return { call, repeatable: false, result: (reply) => toResult(reply, []) }
  }
  const patch = metadata === undefined ? [] : Object.entries(metadata)
  const known = droppedWithoutAsking(change)
  // An attempt is remembered in the session, which a clear may leave nothing of.
  const repeatable = options.attemptWindowMs > 0 && known !== undefined && !clears
  const flags =
    (operation === undefined ? 0 : 1) +
    (known === undefined ? 2 : 0) +
    (options.waitsForReplicas ? 4 : 0) +
    (repeatable ? 8 : 0) +
    (clears ? 16 : 0)
  const counts = [append.length, expectTail.length, patch.length, clears || drop === 'all' ? -1 : drop]
  const args = [sessionId, [...counts, options.ttlMs, options.operationMs, flags].join(' ')]
  if (operation !== undefined) args.push(operation.id, operation.fingerprint)
  if (repeatable) args.push(randomUUID(), `${options.attemptWindowMs}`)
  for (const record of expectTail) args.push(record)
  for (const record of append) args.push(record)
  for (const [key, value] of patch) args.push(JSON.stringify(key), value === undefined ? '' : JSON.stringify(value))
  const script = drop === 0 && !clears ? scripts.commit : scripts.drop
  const named = clears && options.hasCounter ? [keys.hash, keys.list, keys.counter] : [keys.hash, keys.list]
  return { call: { script, keys: named, args }, repeatable, result: (reply) => toResult(reply, known) }
}

/** A commit that only appends. */
export function appendCall(
  { hash, list }: SessionKeys,
  sessionId: string,
  records: readonly string[],
  ttlMs: number,
): ScriptCall {
  return { script: scripts.commit, keys: [hash, list], args: [sessionId, `${ttlMs}`, ...records] }
}

/** The records of a change that only appends: nearly every write, for which scripts have a short way. */
export function plainAppend({
  operation,
  expectTail = [],
  drop = 0,
  clear,
  append = [],
  metadata,
}: HistoryChange): readonly string[] {
  const others =
    operation !== undefined || expectTail.length > 0 || drop !== 0 || clear === true || metadata !== undefined
  return others ? [] : append
}

/** What the result holds of what is dropped, oldest first, where that can be told without seeing it; `undefined` where not. */
function droppedWithoutAsking({
  drop = 0,
  clear,
  expectTail = [],
  returnDropped,
}: HistoryChange): readonly string[] | undefined {
  if ((drop === 0 && clear !== true) || returnDropped !== true) return []
  if (clear === true) return undefined
  return drop !== 'all' && drop <= expectTail.length ? expectTail.slice(-drop) : undefined
}

function toResult(reply: unknown, known: readonly string[] | undefined): CommitResult {
  if (known === undefined && Array.isArray(reply)) {
    const [status, dropped] = toArray(reply, 2)
    return { status: toOneOf(status, ['applied']), dropped: toTexts(dropped) }
  }
  const status = toOneOf(reply, ['applied', 'repeated', 'duplicate', 'reused', 'conflict'])
  return status === 'applied' || status === 'repeated' ? { status: 'applied', dropped: [...(known ?? [])] } : { status }
}
