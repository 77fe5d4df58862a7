import { type EntryQuery, type RecordEntry, type RecordEntryPage, SessionError } from '@sessions/core'
import type { Row } from './connection.ts'
import { isMessageId } from './message-id.ts'
import { toRecord } from './pages.ts'
import type { Statement, Value } from './statement.ts'
import type { Statements } from './statements.ts'
import { numberOf, textOf } from './values.ts'

type Values = Readonly<Record<string, Value>>
export type Select = (statement: Statement, values: Values) => Promise<readonly Row[]>

/**
 * A page in one statement. One that begins at an entry holds that too, so that an entry which is gone differs from one with nothing
 * beside it; and one row more than is wanted, which tells whether there is more.
 */
export async function readEntries(
  statements: Statements,
  select: Select,
  sessionId: string,
  query: EntryQuery,
): Promise<RecordEntryPage> {
  const { limit, before, after, expect } = query
  const anchor = before ?? after
  if (anchor === undefined || anchor === null) {
    if (expect !== undefined) throw rewritten()
    const statement = after === null ? statements.oldestEntries : statements.newestEntries
    return pageOf(await select(statement, { id: sessionId, limit: oneMore(limit) }), query, false)
  }
  if (![anchor, expect?.first ?? anchor].every(isMessageId)) throw rewritten()
  const rows = await select(statementOf(statements, query), {
    id: sessionId,
    entry: anchor,
    limit: oneMore(oneMore(limit)),
    ...(expect !== undefined && { first: expect.first, most: oneMore(expect.count) }),
  })
  const [found, ...others] = rows
  if (found === undefined || found.message_id !== anchor) throw rewritten()
  if (expect !== undefined && numberOf(found, 'counted') !== expect.count) throw rewritten()
  return pageOf(others, query, true)
}

function statementOf(statements: Statements, { before, expect }: EntryQuery): Statement {
  if (before !== undefined) return statements.entriesBefore
  return expect === undefined ? statements.entriesAfter : statements.entriesSince
}

/** @param anchored - whether there is an entry on the side from which the page begins */
function pageOf(rows: readonly Row[], { limit, after }: EntryQuery, anchored: boolean): RecordEntryPage {
  const entries = rows.slice(0, limit).map(toEntry)
  const more = rows.length > limit
  return after === undefined
    ? { entries: entries.reverse(), older: more, newer: anchored }
    : { entries, older: anchored, newer: more }
}

function toEntry(row: Row): RecordEntry {
  return { id: textOf(row, 'message_id'), record: toRecord(row), createdAt: new Date(numberOf(row, 'created_ms')) }
}

/** A limit may be all there is. */
function oneMore(limit: number): number {
  return Math.min(limit + 1, Number.MAX_SAFE_INTEGER)
}

function rewritten(): SessionError {
  return new SessionError(
    'SESSION_CONFLICT',
    'The entry is not in the history any more, or the history before it was rewritten.',
  )
}
