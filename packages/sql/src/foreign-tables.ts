import { SessionError } from '@sessions/core'
import type { Connection } from './connection.ts'
import type { Dialect } from './dialects/dialect.ts'
import { isColumnOfOthers } from './errors.ts'
import type { Tables } from './tables.ts'

/**
 * Looks whether the tables that are there under our names, without a version of ours, are those of Python, which can be brought forward:
 * other libraries have some of the same names. Before anything is touched.
 * @throws SESSION_SCHEMA_UNSUPPORTED
 */
export async function assertOfPython(
  dialect: Dialect,
  connection: Connection,
  { sessions, messages }: Tables,
  isThere: (table: string) => Promise<boolean>,
): Promise<void> {
  const expected = [
    { table: sessions, columns: ['session_id', 'created_at', 'updated_at'] },
    { table: messages, columns: ['id', 'session_id', 'message_data', 'created_at'] },
  ]
  for (const { table, columns } of expected) {
    if (!(await isThere(table))) continue
    // Whether there are these columns, and, where the server looks at types, whether the time is one.
    const look = `SELECT ${columns.join(', ')} FROM ${table} WHERE created_at < CURRENT_TIMESTAMP AND 1 = 0`
    try {
      await connection.execute(look)
    } catch (error) {
      if (isColumnOfOthers(error)) throw ofOthers(table)
      throw error
    }
    if (await dialect.hasNumbersForTimes?.(connection, table)) throw ofOthers(table)
  }
}

/** Also where the tables are ours: Python makes its own beside them. @throws SESSION_SCHEMA_UNSUPPORTED where branches would be mixed */
export async function assertNoBranches(dialect: Dialect, connection: Connection, { messages }: Tables): Promise<void> {
  if (!(await dialect.hasBranches?.(connection, messages))) return
  throw new SessionError(
    'SESSION_SCHEMA_UNSUPPORTED',
    "The database has branches of Python's AdvancedSQLiteSession, which would be mixed. @sessions/sqlite reads and writes one of them by its " +
      'option branch. Nothing was changed.',
  )
}

function ofOthers(table: string): SessionError {
  return new SessionError(
    'SESSION_SCHEMA_UNSUPPORTED',
    `The table ${table} was made by another program, for something else. Choose other names with sessionsTable and ` +
      'messagesTable, or a schema. Nothing was changed.',
  )
}
