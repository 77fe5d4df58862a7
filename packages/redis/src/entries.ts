import { randomBytes } from 'node:crypto'
import { type EntryQuery, type RecordEntry, type RecordEntryPage, SessionError } from '@sessions/core'
import type { Connection } from './connection.ts'
import type { SessionKeys } from './keys.ts'
import { toArray, toNumber, toText, toTexts } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** A page of the entries of a session. */
export async function readEntries(
  connection: Connection,
  { hash, list }: SessionKeys,
  sessionId: string,
  query: EntryQuery,
): Promise<RecordEntryPage> {
  const { limit, before, after, expect } = query
  const direction = before !== undefined ? 'before' : after !== undefined ? 'after' : 'newest'
  const from = before ?? after ?? ''
  // An id of ours is never empty, and to the script nothing means the beginning.
  if ((before ?? after) === '') throw rewritten()
  const epoch = randomBytes(12).toString('hex')
  const args = [sessionId, `${limit}`, epoch, direction, from, expect?.first ?? '', `${expect?.count ?? ''}`]
  const call = { script: scripts.entries, keys: [hash, list], args }
  const page = await connection.readByScript(call, (reply) => (reply === null ? undefined : toPage(reply)))
  if (page === undefined) throw rewritten()
  return page
}

function toPage(reply: unknown): RecordEntryPage {
  const [epochReply, fromReply, lengthReply, recordsReply, gapsReply, timesReply] = toArray(reply, 6)
  const [epoch, from, length] = [toText(epochReply), toNumber(fromReply), toNumber(lengthReply)]
  const records = toTexts(recordsReply)
  const gapAt = walk(toArray(gapsReply).map(toNumber))
  const timeAt = walk(toArray(timesReply).map(toNumber))
  const entries = records.map((record, index): RecordEntry => {
    const position = from + index
    const [gap, time] = [gapAt(position), timeAt(position)]
    return { id: `${epoch}.${position + gap}`, record, ...(time > 0 && { createdAt: new Date(time) }) }
  })
  return { entries, older: from > 0, newer: from + records.length < length }
}

/** The values of a step function, `position, value, …`, for positions that only grow. */
function walk(steps: readonly number[]): (position: number) => number {
  let at = 0
  return (position) => {
    while (at + 2 < steps.length && (steps[at + 2] as number) <= position) at += 2
    return steps[at + 1] ?? 0
  }
}

function rewritten(): SessionError {
  const message = 'The entry is not in the history any more, or the history before it was rewritten.'
  return new SessionError('SESSION_CONFLICT', message)
}
