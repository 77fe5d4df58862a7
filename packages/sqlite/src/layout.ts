import { SessionError } from '@sessions/core'
import type { SQLiteDatabase } from './database.ts'
import { type Names, quote } from './tables.ts'
import { fromTimestamp } from './timestamps.ts'

interface Column {
  name: string
  type: string
  notnull: number
  dflt_value: string | null
  pk: number
}

/** How SQLite takes a declared type (https://sqlite.org/datatype3.html#determination_of_column_affinity). */
type Affinity = 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC'

const text: readonly Affinity[] = ['TEXT']
/** `TIMESTAMP` is NUMERIC, in which a text that is no number stays as it is. */
const time: readonly Affinity[] = ['TEXT', 'BLOB', 'NUMERIC']

/** The columns that our statements use. */
const expected = {
  sessions: { session_id: text, created_at: time, updated_at: time },
  messages: { id: ['INTEGER'], session_id: text, message_data: text, created_at: time },
  ttls: { session_id: text, ttl_ms: ['INTEGER'], not_before_ms: ['INTEGER'] },
  metadata: { session_id: text, key: text, value: text },
  operations: { session_id: text, operation_id: text, fingerprint: text, forget_at: time },
  leases: { session_id: text, version: text, token: text, until_ms: ['INTEGER'], waiting: text },
} as const satisfies Record<string, Record<string, readonly Affinity[]>>

type Checked = keyof typeof expected

/** The version of the tables that made this one first. */
const since = (name: Checked): number => (name === 'leases' ? 3 : 1)

/**
 * Looks whether tables that are there under our names are tables that we can use: other libraries have some of the same names.
 * Those that we made ourselves (`version` > 0) are looked at too, since other tools may have changed them.
 * @throws SESSION_SCHEMA_UNSUPPORTED that names the first difference; nothing was touched
 */
export function assertLayout(database: SQLiteDatabase, { tables, indexes }: Names, version: number): void {
  const refuse = (what: string): never => {
    const how = 'Choose another file, or other names with sessionsTable and messagesTable. Nothing was changed.'
    throw new SessionError('SESSION_SCHEMA_UNSUPPORTED', `${what}. ${how}`)
  }
  if (database.pragma('encoding', { simple: true }) !== 'UTF-8')
    refuse('The text encoding of the database is not UTF-8')
  for (const name of Object.keys(expected) as Checked[]) {
    const table = tables[name]
    const made = objectOf(database, table)
    const ours = name !== 'sessions' && name !== 'messages'
    if (made === undefined && version >= since(name)) refuse(`The table ${table} is missing`)
    if (made === undefined) continue
    if (ours && version < since(name)) refuse(`The table ${table} was made by another program`)
    const problem = made.type === 'table' ? problemOf(database, table, made.sql, name, tables.sessions) : 'is no table'
    if (problem !== undefined) refuse(`${table} ${problem}`)
  }
  const taken =
    version > 0 ? [] : [indexes.updated, indexes.metadataValue, indexes.forgetAt, indexes.notBefore, tables.version]
  for (const name of taken) {
    if (objectOf(database, name) !== undefined) refuse(`The name ${name} is taken by another program`)
  }
}

function problemOf(
  database: SQLiteDatabase,
  table: string,
  sql: string,
  name: Checked,
  sessions: string,
): string | undefined {
  const columns = database.pragma(`table_info(${quote(table)})`) as Column[]
  return (
    columnProblem(columns, expected[name]) ??
    (name === 'sessions' && keyOf(columns) !== 'session_id' ? 'has not session_id as its primary key' : undefined) ??
    (name === 'messages' ? messagesProblem(columns, sql) : undefined) ??
    constraintProblem(database, table, sql, name, sessions) ??
    (name === 'sessions' || name === 'messages' ? timeProblem(database, table, columns) : undefined)
  )
}

function columnProblem(
  columns: readonly Column[],
  wanted: Readonly<Record<string, readonly Affinity[]>>,
): string | undefined {
  for (const [name, affinities] of Object.entries(wanted)) {
    const column = columns.find((each) => each.name.toLowerCase() === name)
    if (column === undefined) return `has no column ${name}`
    if (!affinities.includes(affinityOf(column.type))) return `has a column ${name} of the type ${column.type}`
  }
  const demanding = columns.find(({ name, notnull, dflt_value }) => {
    return !Object.hasOwn(wanted, name.toLowerCase()) && notnull === 1 && dflt_value === null
  })
  return demanding && `has a column ${demanding.name} that must be filled in`
}

/** An id that is given again after its row was removed would stand for another item. */
function messagesProblem(columns: readonly Column[], sql: string): string | undefined {
  if (keyOf(columns) !== 'id' || !/^INTEGER$/i.test(columns.find(({ pk }) => pk > 0)?.type ?? '')) {
    return 'has not id INTEGER as its primary key'
  }
  return /\bAUTOINCREMENT\b/i.test(bare(sql)) ? undefined : 'gives ids again (no AUTOINCREMENT)'
}

function constraintProblem(
  database: SQLiteDatabase,
  table: string,
  sql: string,
  name: Checked,
  sessions: string,
): string | undefined {
  if (/\bCHECK\b/i.test(bare(sql))) return 'has a CHECK constraint'
  if (/\bCOLLATE\s+(?!"?BINARY\b)/i.test(bare(sql))) return 'compares texts by another collation than BINARY'
  const keys = database.pragma(`foreign_key_list(${quote(table)})`) as { table: string; from: string }[]
  const foreign = keys.find(({ table: to, from }) => {
    return name !== 'messages' || to.toLowerCase() !== sessions.toLowerCase() || from.toLowerCase() !== 'session_id'
  })
  if (foreign !== undefined) return `has a foreign key to ${foreign.table}`
  const indexes = database.pragma(`index_list(${quote(table)})`) as { name: string; unique: number; origin: string }[]
  const unique = indexes.find((index) => index.unique === 1 && index.origin !== 'pk')
  return unique && `has a further unique index (${unique.name})`
}

/** Rows at either end that are looked at: a tool that writes other times writes no others, and all rows would be read at each opening. */
const someRows = 20

function typeOfTimes(table: string, name: string, columns: readonly Column[]): string {
  const key = quote(columns.find(({ pk }) => pk > 0)?.name ?? name)
  const some = (order: string): string =>
    `SELECT * FROM (SELECT typeof(${quote(name)}) AS type FROM ${quote(table)} ORDER BY ${key} ${order} LIMIT ${someRows})`
  return `SELECT type FROM (${some('ASC')} UNION ALL ${some('DESC')}) WHERE type NOT IN ('text', 'null') LIMIT 1`
}

/** Times that are no texts, such as `unixepoch()`, would neither sort with ours nor be read. */
function timeProblem(database: SQLiteDatabase, table: string, columns: readonly Column[]): string | undefined {
  for (const { name, dflt_value: value } of columns) {
    if (!/^(created|updated)_at$/i.test(name)) continue
    const made = value === null ? null : database.prepare(`SELECT ${value}`).pluck().get()
    if (made !== null && (typeof made !== 'string' || fromTimestamp(made) === 0)) {
      return `fills ${name} with something else than a timestamp`
    }
    const type = database
      .prepare(typeOfTimes(table, name, columns))
      .pluck()
      .get()
    if (type !== undefined) return `has times in ${name} of the type ${String(type)}`
  }
  return undefined
}

function objectOf(database: SQLiteDatabase, name: string): { type: string; sql: string } | undefined {
  const sql = 'SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE'
  return database.prepare(sql).get(name) as { type: string; sql: string } | undefined
}

function keyOf(columns: readonly Column[]): string {
  return columns
    .filter(({ pk }) => pk > 0)
    .map(({ name }) => name.toLowerCase())
    .join(', ')
}

function affinityOf(type: string): Affinity {
  if (/INT/i.test(type)) return 'INTEGER'
  if (/CHAR|CLOB|TEXT/i.test(type)) return 'TEXT'
  if (type === '' || /BLOB/i.test(type)) return 'BLOB'
  if (/REAL|FLOA|DOUB/i.test(type)) return 'REAL'
  return 'NUMERIC'
}

/** A statement without what stands in quotes or comments. */
function bare(sql: string): string {
  return sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
}
