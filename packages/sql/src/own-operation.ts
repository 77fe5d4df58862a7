import { randomUUID } from 'node:crypto'
import type { CommitResult, HistoryChange } from '@sessions/core'

/** Milliseconds for which an operation of ours is kept: far longer than any number of retries takes. */
export const ownOperationMs = 3_600_000

/** What an operation of ours and a repetition of it have in common. */
const fingerprint = 'retry'

/**
 * The change with an operation id, by which a repetition is recognised; `undefined` where it has one already, or where its
 * result could not be told without having seen the answer: what was dropped, unless the change itself says what.
 */
export function withOwnOperation(change: HistoryChange): HistoryChange | undefined {
  const { operation, append = [], metadata = {}, drop = 0, expectTail = [] } = change
  const tells = drop === 0 ? append.length > 0 || Object.keys(metadata).length > 0 : expectTail.length >= Number(drop)
  return operation === undefined && tells ? { ...change, operation: { id: randomUUID(), fingerprint } } : undefined
}

/** What a repetition that finds itself done already would have been told the first time. */
export function resultOf({ drop = 0, expectTail = [] }: HistoryChange): CommitResult {
  return { status: 'applied', dropped: drop === 0 ? [] : expectTail.slice(-Number(drop)) }
}
