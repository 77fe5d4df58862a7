import { placeOf, type RecordPage, SessionError } from '@sessions/core'
import type { Row } from './connection.ts'
import type { Statement, Value } from './statement.ts'
import type { Statements } from './statements.ts'
import { textOf } from './values.ts'

/** Which page, and whether with the places of its records. */
export interface PageRequest {
  sessionId: string
  cursor: string | undefined
  size: number
  places: boolean
}

/**
 * Some records from a position on. A record that is gone took everything after it along, unless it was removed by maintenance: then
 * the caller reads again too.
 */
export async function readPage(
  { firstPage, nextPage }: Statements,
  select: (statement: Statement, values: Readonly<Record<string, Value>>) => Promise<readonly Row[]>,
  { sessionId, cursor, size, places }: PageRequest,
): Promise<RecordPage> {
  const from = cursor === undefined ? undefined : parsePosition(cursor)
  const limit = from === undefined ? size : size + 1
  const rows = [...(await select(from === undefined ? firstPage : nextPage, { id: sessionId, limit, ...from }))]
  const last = rows.length === limit ? rows.at(-1) : undefined
  if (from !== undefined && rows.shift()?.message_id !== from.from) {
    throw new SessionError('SESSION_CONFLICT', 'Items that were already read were removed meanwhile. Read again.')
  }
  return {
    records: rows.map(toRecord),
    ...(places && { places: rows.map((row) => placeOf(textOf(row, 'message_id'), toRecord(row))) }),
    ...(last !== undefined && { next: `${last.message_id} ${last.exact_time}` }),
  }
}

export function toRecord(row: Row): string {
  return textOf(row, 'message_data')
}

/** The position of a message in its session: its id, and its time as the database writes it. */
function parsePosition(cursor: string): { from: string; at: string } {
  const space = cursor.indexOf(' ')
  return { from: cursor.slice(0, space), at: cursor.slice(space + 1) }
}
