import { randomUUID } from 'node:crypto'
import { type CommitResult, type HistoryChange, writes } from '@sessions/core'

/** Milliseconds for which an operation of ours is kept at most: far longer than any number of retries takes. */
export const maxOwnOperationMs = 3_600_000

/** What an operation of ours and a repetition of it have in common. */
const fingerprint = 'retry'

/**
 * The change with an operation id, by which a repetition is recognised; `undefined` where it has one already, where it writes nothing
 * that an id could be kept with, or where its result could not be told without having seen the answer: what was dropped, if it is to
 * be returned, unless the change itself says what.
 */
export function withOwnOperation(change: HistoryChange): HistoryChange | undefined {
  const { operation, maintain, clear, drop = 0, expectTail = [], expectNewest = null, returnDropped } = change
  if (operation !== undefined || maintain !== undefined || clear === true) return undefined
  const keeps = writes(change) || expectTail.length > 0 || expectNewest !== null
  const tells = returnDropped !== true || drop === 0 || expectTail.length >= Number(drop)
  return keeps && tells ? { ...change, operation: { id: randomUUID(), fingerprint } } : undefined
}

/** What a repetition that finds itself done already would have been told the first time. */
export function resultOf({ drop = 0, expectTail = [], returnDropped }: HistoryChange): CommitResult {
  const tells = returnDropped === true && drop !== 0
  return { status: 'applied', dropped: tells ? expectTail.slice(-Number(drop)) : [] }
}
