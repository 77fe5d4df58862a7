import type { WholeRead } from '@sessions/core'
import { keptOperations } from './restore.ts'
import { type HeadRow, toListed } from './session-info.ts'
import type { Statements } from './statements.ts'
import { fromTimestamp } from './timestamps.ts'

/** A record, and when it was made: an array, which takes less to make than an object. */
type RecordRow = readonly [record: string, createdAt: string | null]

/** What is known of a session, and whether operations were ever kept of it: of most none were, and looking for them takes as long as ten records. */
type OperatedRow = HeadRow & { operated: number }

/** UTF-16 units of records after which no further session is read: others wait for their turn of the event loop, and memory has an end. */
const enough = 1_000_000

/** The sessions with all that a copy of them has. Runs where all reads see one state of the database. */
export function wholeSessions(
  statements: Statements,
  sessionIds: readonly string[],
  most: number,
  now: number,
): WholeRead[] {
  let size = 0
  return sessionIds.map((sessionId) => {
    const read = size < enough ? wholeSession(statements, sessionId, most, now) : 'unread'
    if (typeof read === 'object') for (const record of read.records) size += record.length
    return read
  })
}

function wholeSession(statements: Statements, sessionId: string, most: number, now: number): WholeRead {
  const row = statements.head.get({ id: sessionId, now }) as OperatedRow | undefined
  if (row === undefined) return undefined
  const rows = statements.records.all(sessionId, most + 1) as RecordRow[]
  if (rows.length > most) return 'unread'
  const info = toListed(row, {})
  const records: string[] = []
  const times: (Date | undefined)[] = []
  let [text, time]: [string | null, Date | undefined] = [null, undefined]
  for (const row of rows) {
    const createdAt = row[1]
    // Items of one turn share their time.
    if (createdAt !== text) {
      text = createdAt
      const ms = fromTimestamp(createdAt)
      time = ms === 0 ? undefined : new Date(ms)
    }
    records.push(row[0])
    times.push(time)
  }
  return { ...info, records, times, operations: row.operated === 1 ? keptOperations(statements, sessionId, now) : [] }
}
