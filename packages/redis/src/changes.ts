import { randomUUID } from 'node:crypto'
import { type CommitResult, type HistoryChange, SessionError } from '@sessions/core'
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
  /** Whether the client may repeat it by itself. */
  resends: boolean
  waitsForReplicas: boolean
  /** Whether Python may have left its counter beside the session: it cannot use a cluster. */
  hasCounter: boolean
  /** Whether entries keep their times. */
  times: boolean
  /** The channel to tell. */
  channel: string | undefined
  /** The key of the lease. */
  lease: string
  /** The text that `expectMetadata` is, as it is stored. */
  storedMetadata: string | undefined
}

/** What a change asks for or says beside its numbers, as the script reads it. */
const flags = {
  operation: 1,
  wantsDropped: 2,
  waitsForReplicas: 4,
  attempt: 8,
  clears: 16,
  creates: 32,
  newest: 64,
  metadata: 128,
  lease: 256,
  times: 512,
  appendTimes: 1024,
  channel: 2048,
} as const

export function prepareCommit(
  keys: SessionKeys,
  sessionId: string,
  change: HistoryChange,
  options: CommitOptions,
): Commit {
  const { operation, expectTail = [], drop = 0, append = [], appendTimes, metadata, lease, expectNewest } = change
  const { channel, storedMetadata, times } = options
  const clears = change.clear === true
  const isPlain = options.attemptWindowMs === 0 && !times && channel === undefined
  const plain = isPlain ? plainAppend(change) : []
  if (plain.length > 0) {
    const call = appendCall(keys, sessionId, plain, options.ttlMs)
    return { call, repeatable: false, result: (reply) => toResult(reply, []) }
  }
  const patch = metadata === undefined ? [] : Object.entries(metadata)
  const known = droppedWithoutAsking(change)
  // An attempt is remembered in the session, which a clear may leave nothing of.
  const isKnown = options.attemptWindowMs > 0 && !clears && (known !== undefined || options.resends)
  const repeatable = isKnown && known !== undefined
  const set: Record<keyof typeof flags, boolean> = {
    operation: operation !== undefined,
    wantsDropped: known === undefined,
    waitsForReplicas: options.waitsForReplicas,
    attempt: isKnown,
    clears,
    creates: change.create === true,
    newest: expectNewest !== undefined,
    metadata: storedMetadata !== undefined,
    lease: lease !== undefined,
    times,
    appendTimes: times && appendTimes !== undefined,
    channel: channel !== undefined,
  }
  const names = Object.keys(flags) as (keyof typeof flags)[]
  const sum = names.reduce((total, name) => total + (set[name] ? flags[name] : 0), 0)
  const counts = [append.length, expectTail.length, patch.length, clears || drop === 'all' ? -1 : drop]
  const args = [sessionId, [...counts, options.ttlMs, options.operationMs, sum].join(' ')]
  if (operation !== undefined) args.push(operation.id, operation.fingerprint)
  if (isKnown) args.push(randomUUID(), `${options.attemptWindowMs}`)
  if (lease !== undefined) args.push(lease)
  if (expectNewest !== undefined) args.push(expectNewest ?? '')
  if (storedMetadata !== undefined) args.push(storedMetadata)
  if (channel !== undefined) args.push(channel)
  for (const record of expectTail) args.push(record)
  for (const record of append) args.push(record)
  if (set.appendTimes) for (const time of appendTimes ?? []) args.push(time === undefined ? '' : `${time.getTime()}`)
  for (const [key, value] of patch) args.push(JSON.stringify(key), value === undefined ? '' : JSON.stringify(value))
  const named = [keys.hash, keys.list]
  if (clears && options.hasCounter) named.push(keys.counter)
  if (lease !== undefined) named.push(options.lease)
  const script = drop === 0 && !clears ? scripts.commit : scripts.drop
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
  append = [],
  appendTimes: _,
  returnDropped: __,
  ...others
}: HistoryChange): readonly string[] {
  return isEmpty(others) ? append : []
}

/** Whether a change has no other part; an empty tail to expect or nothing to drop is none. */
function isEmpty({ expectTail = [], drop = 0, ...others }: HistoryChange): boolean {
  return expectTail.length === 0 && drop === 0 && Object.keys(others).length === 0
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
  const status = toOneOf(reply, ['applied', 'repeated', 'duplicate', 'reused', 'conflict', 'exists', 'lost'])
  if (status === 'repeated' && known === undefined) throw lostAnswer()
  return status === 'applied' || status === 'repeated' ? { status: 'applied', dropped: [...(known ?? [])] } : { status }
}

/** The client has sent it twice: it was done the first time, and what it gave is gone. */
function lostAnswer(): SessionError {
  const message =
    'The connection to Redis was lost, and with it the answer. The write is done: read before you try again.'
  return new SessionError('SESSION_UNAVAILABLE', message, { ambiguous: true })
}
