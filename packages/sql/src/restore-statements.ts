import { someSessions } from './batches.ts'
import type { Dialect } from './dialects/dialect.ts'
import { compile, type Statement, type Value } from './statement.ts'
import type { Tables } from './tables.ts'

/** An insert of many rows, which may belong to different sessions. */
export interface RowsInsert {
  /** The column that is the largest. */
  readonly heaviest: number
  /** A statement for these rows, with its values by name. */
  of(rows: readonly (readonly Value[])[]): { statement: Statement; values: Readonly<Record<string, Value>> }
}

/** Texts that make sessions with times of their own. */
export interface RestoreStatements {
  /** Those of the sessions `:id0`, `:id1`, … that are there: as many as `someSessions`, some of them named twice. */
  readonly presentSome: Statement
  /** Sets all that a session is, whatever it was. */
  readonly restoreSession: Statement
  /** Where the ttl has a table of its own. */
  readonly forgetTTL?: Statement
  /** The operations of `:id` that are still kept. */
  readonly operations: Statement
  /** For a dialect that keeps a session with its ttl and metadata in one row. */
  readonly inserts?: Readonly<Record<'sessions' | 'messages' | 'metadata' | 'operations', RowsInsert>>
}

type Column = readonly [name: string, type: string]

export function prepareRestoring(dialect: Dialect, tables: Tables): RestoreStatements {
  const { text, ms, now, timestamp, touches, saveTTL } = dialect.grammar(tables)
  const { sessions, messages, metadata, operations, ttls } = tables
  const once = (source: string): Statement => compile(source, dialect.placeholders)
  const ids = Array.from({ length: someSessions }, (_, index) => `:id${index}`)
  const id: Column = ['session_id', 'varchar']
  const insert = (table: string, heaviest: number, columns: readonly Column[]): RowsInsert =>
    rowsInsert(dialect, table, heaviest, columns)
  return {
    presentSome: once(`SELECT session_id FROM ${sessions} WHERE session_id IN (${ids.join(', ')})`),
    restoreSession: once(`UPDATE ${sessions}
      SET created_at = ${timestamp(':createdAt')}, updated_at = ${timestamp(':at')} ${touches} WHERE session_id = :id`),
    ...(saveTTL !== undefined && { forgetTTL: once(`DELETE FROM ${ttls} WHERE session_id = :id`) }),
    operations: once(`SELECT operation_id, fingerprint, ${text(ms('forget_at'))} AS forget_ms FROM ${operations}
      WHERE session_id = :id AND forget_at > ${now} ORDER BY forget_at, operation_id`),
    ...(saveTTL === undefined && {
      inserts: {
        sessions: insert(sessions, 4, [
          id,
          ['created_at', 'timestamp'],
          ['updated_at', 'timestamp'],
          ['ttl_ms', 'bigint'],
          ['metadata', 'text'],
        ]),
        messages: insert(messages, 1, [id, ['message_data', 'text'], ['created_at', 'timestamp']]),
        metadata: insert(metadata, 1, [id, ['digest', 'varchar']]),
        operations: insert(operations, 1, [
          id,
          ['operation_id', 'varchar'],
          ['fingerprint', 'varchar'],
          ['forget_at', 'timestamp'],
        ]),
      },
    }),
  }
}

/** Where values may be arrays, one for each column; else a parameter for each value. */
function rowsInsert(dialect: Dialect, table: string, heaviest: number, columns: readonly Column[]): RowsInsert {
  const names = columns.map(([name]) => name)
  const into = `INSERT INTO ${table} (${names.join(', ')})`
  if (dialect.placeholders === 'numbered') {
    const arrays = columns.map(([name, type]) => `:${name}::${type}[]`)
    const statement = compile(
      `${into} SELECT ${names.join(', ')} FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS item (${names.join(', ')}, position)
      ORDER BY position`,
      'numbered',
    )
    const of: RowsInsert['of'] = (rows) => {
      const arraysOf = names.map((name, column) => [name, rows.map((row) => asText(row[column]))] as const)
      return { statement, values: Object.fromEntries(arraysOf) }
    }
    return { heaviest, of }
  }
  const compiled = new Map<number, Statement>()
  const make = (count: number): Statement => {
    const rows = Array.from({ length: count }, (_, row) => `(${names.map((name) => `:${name}_${row}`).join(', ')})`)
    return compile(`${into} VALUES ${rows.join(', ')}`, dialect.placeholders)
  }
  const of: RowsInsert['of'] = (rows) => {
    const statement = compiled.get(rows.length) ?? make(rows.length)
    compiled.set(rows.length, statement)
    const values = rows.flatMap((row, at) =>
      names.map((name, column) => [`${name}_${at}`, row[column] ?? null] as const),
    )
    return { statement, values: Object.fromEntries(values) }
  }
  return { heaviest, of }
}

function asText(value: Value | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}
