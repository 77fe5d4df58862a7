import { type EntryQuery, type RecordEntry, type RecordEntryPage, SessionError } from '@sessions/core'
import type { Statements } from './statements.ts'
import { fromTimestamp } from './timestamps.ts'

/** The row of an entry. */
export interface EntryRow {
  /** The row id, as a text. */
  place: string
  createdAt: string | null
}

interface RecordRow extends EntryRow {
  record: string
  /** How many entries there are in the range that was asked about. */
  held?: number
}

/** Runs a statement with these parameters; gives nothing for a session that is over. */
type ReadRows = (statement: 'entriesBack' | 'entriesOn', ...parameters: unknown[]) => unknown[]

/** Before all row ids. */
export const lowestPlace = '-9223372036854775808'
/** The last row id that there can be. */
export const highestPlace = '9223372036854775807'

/**
 * The id of an entry: its row id, which `AUTOINCREMENT` gives once, and the second in which it was made. After a backup was restored, row ids
 * are given again; the second is another then.
 */
export function entryId({ place, createdAt }: EntryRow): string {
  return `${place}.${Math.floor(fromTimestamp(createdAt) / 1000)}`
}

/** The row id of an entry that is in the session; `undefined` where the id is that of no entry there. */
export function findEntry({ entry }: Statements, sessionId: string, id: string): string | undefined {
  const place = placeIn(id)
  const row = place === undefined ? undefined : (entry.get(sessionId, place) as EntryRow | undefined)
  return row !== undefined && entryId(row) === id ? row.place : undefined
}

/** The id of the newest entry; `null` where there is none. */
export function newestId({ newestEntry }: Statements, sessionId: string): string | null {
  const row = newestEntry.get(sessionId) as EntryRow | undefined
  return row === undefined ? null : entryId(row)
}

/** One statement, which reads what the page holds and one row on either side. @throws SESSION_CONFLICT as the hook does */
export function readEntries(query: EntryQuery, sessionId: string, read: ReadRows): RecordEntryPage {
  return query.after === undefined ? readBack(query, sessionId, read) : readOn(query, query.after, sessionId, read)
}

function readBack({ limit, before }: EntryQuery, sessionId: string, read: ReadRows): RecordEntryPage {
  const place = before === undefined ? highestPlace : knownPlace(before)
  const rows = read('entriesBack', sessionId, place, limit + (before === undefined ? 1 : 2)) as RecordRow[]
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
  const place = after === null ? lowestPlace : knownPlace(after)
  const first = expect === undefined ? place : knownPlace(expect.first)
  const range = [sessionId, first, place]
  const rows = read('entriesOn', ...range, sessionId, place, limit + (after === null ? 1 : 2)) as RecordRow[]
  if (expect !== undefined && rows[0]?.held !== expect.count) throw rewritten()
  if (after !== null) assertEntry(rows.shift(), after)
  return { entries: rows.slice(0, limit).map(toEntry), older: after !== null, newer: rows.length > limit }
}

function assertEntry(row: RecordRow | undefined, id: string): void {
  if (row === undefined || entryId(row) !== id) throw rewritten()
}

function knownPlace(id: string): string {
  const place = placeIn(id)
  if (place === undefined) throw rewritten()
  return place
}

function placeIn(id: string): string | undefined {
  return /^(-?\d{1,19})\.-?\d{1,16}$/.exec(id)?.[1]
}

function toEntry(row: RecordRow): RecordEntry {
  const time = fromTimestamp(row.createdAt)
  return { id: entryId(row), record: row.record, ...(time !== 0 && { createdAt: new Date(time) }) }
}

function rewritten(): SessionError {
  const message = 'The entry is not in the history any more, or the history before it was rewritten. Load it again.'
  return new SessionError('SESSION_CONFLICT', message)
}
