import { type EntryQuery, type RecordEntry, type RecordEntryPage, SessionError } from '@sessions/core'
import type { Statements } from './statements.ts'
import { fromTimestamp } from './timestamps.ts'

interface EntryRow {
  /**
   * The row id, as a text: the id of the entry, also through `@sessions/sql`. `AUTOINCREMENT` gives none twice, whoever inserts or removes
   * rows, in whichever session.
   */
  id: string
  record: string
  createdAt: string | null
  /** How many entries there are in the range that was asked about. */
  held?: number
}

/** Runs a statement with these parameters; gives nothing for a session that is over. */
type ReadRows = (statement: 'entriesBack' | 'entriesOn', ...parameters: unknown[]) => unknown[]

/** Before all row ids. */
export const lowestId = '-9223372036854775808'
/** The last row id that there can be. */
export const highestId = '9223372036854775807'

/** Whether this is the id of an entry of the session. */
export function isEntry({ entry }: Statements, sessionId: string, id: string): boolean {
  return isRowId(id) && entry.get(sessionId, id) === id
}

/** One statement, which reads what the page holds and one row on either side. @throws SESSION_CONFLICT as the hook does */
export function readEntries(query: EntryQuery, sessionId: string, read: ReadRows): RecordEntryPage {
  return query.after === undefined ? readBack(query, sessionId, read) : readOn(query, query.after, sessionId, read)
}

function readBack({ limit, before }: EntryQuery, sessionId: string, read: ReadRows): RecordEntryPage {
  assertRowIds(before)
  const rows = read('entriesBack', sessionId, before ?? highestId, limit + (before === undefined ? 1 : 2)) as EntryRow[]
  if (before !== undefined) assertEntry(rows.shift(), before)
  const entries = rows.slice(0, limit).reverse().map(toEntry)
  return { entries, older: rows.length > limit, newer: before !== undefined }
}

function readOn(
  { limit, expect }: EntryQuery,
  after: string | null,
  sessionId: string,
  read: ReadRows,
): RecordEntryPage {
  assertRowIds(after, expect?.first)
  const start = after ?? lowestId
  const range = [sessionId, expect?.first ?? start, start]
  const rows = read('entriesOn', ...range, sessionId, start, limit + (after === null ? 1 : 2)) as EntryRow[]
  if (expect !== undefined && rows[0]?.held !== expect.count) throw rewritten()
  if (after !== null) assertEntry(rows.shift(), after)
  return { entries: rows.slice(0, limit).map(toEntry), older: after !== null, newer: rows.length > limit }
}

function assertEntry(row: EntryRow | undefined, id: string): void {
  if (row?.id !== id) throw rewritten()
}

function assertRowIds(...ids: (string | null | undefined)[]): void {
  if (ids.some((id) => typeof id === 'string' && !isRowId(id))) throw rewritten()
}

function isRowId(id: string): boolean {
  return /^-?\d{1,19}$/.test(id)
}

function toEntry({ id, record, createdAt }: EntryRow): RecordEntry {
  const time = fromTimestamp(createdAt)
  return { id, record, ...(time !== 0 && { createdAt: new Date(time) }) }
}

function rewritten(): SessionError {
  const message = 'The entry is not in the history any more, or the history before it was rewritten. Load it again.'
  return new SessionError('SESSION_CONFLICT', message)
}
