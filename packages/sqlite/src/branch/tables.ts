import { SessionError } from '@sessions/core'
import type { SQLiteDatabase } from '../database.ts'
import { isReadOnly } from '../errors.ts'
import { type Names, quote, quoteNames } from '../tables.ts'

/**
 * What `AdvancedSQLiteSession` of the OpenAI Agents SDK for Python 0.22.0 keeps beside sessions and messages: for each message of each branch a row
 * with its number, which may be one message in several branches; the usage of turns; the names that branches had; how often a session was
 * cleared. The names of these tables are always the same.
 */
const columns = {
  message_structure: `
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     session_id TEXT NOT NULL,
     message_id INTEGER NOT NULL,
     branch_id TEXT NOT NULL DEFAULT 'main',
     message_type TEXT NOT NULL,
     sequence_number INTEGER NOT NULL,
     user_turn_number INTEGER,
     branch_turn_number INTEGER,
     tool_name TEXT,
     created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
     FOREIGN KEY (session_id) REFERENCES :sessions (session_id) ON DELETE CASCADE,
     FOREIGN KEY (message_id) REFERENCES :messages (id) ON DELETE CASCADE`,
  turn_usage: `
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     session_id TEXT NOT NULL,
     branch_id TEXT NOT NULL DEFAULT 'main',
     user_turn_number INTEGER NOT NULL,
     requests INTEGER DEFAULT 0,
     input_tokens INTEGER DEFAULT 0,
     output_tokens INTEGER DEFAULT 0,
     total_tokens INTEGER DEFAULT 0,
     input_tokens_details JSON,
     output_tokens_details JSON,
     created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
     FOREIGN KEY (session_id) REFERENCES :sessions (session_id) ON DELETE CASCADE,
     UNIQUE (session_id, branch_id, user_turn_number)`,
  branch_reservations: `
     session_id TEXT NOT NULL,
     branch_id TEXT NOT NULL,
     PRIMARY KEY (session_id, branch_id)`,
  session_clear_generations: `
     session_id TEXT PRIMARY KEY,
     generation INTEGER NOT NULL DEFAULT 0`,
} as const

type BranchTable = keyof typeof columns
const branchTables = Object.keys(columns) as BranchTable[]

/** Python's four and two of ours, by which it costs the same wherever a message stands which branches have it, and which turn is the last. */
const indexes = [
  'idx_structure_session_seq ON message_structure (session_id, sequence_number)',
  'idx_structure_branch ON message_structure (session_id, branch_id)',
  'idx_structure_turn ON message_structure (session_id, branch_id, user_turn_number)',
  'idx_structure_branch_seq ON message_structure (session_id, branch_id, sequence_number)',
  'idx_turn_usage_session_turn ON turn_usage (session_id, branch_id, user_turn_number)',
  'idx_sessions_structure_message ON message_structure (message_id)',
  'idx_sessions_structure_branch_turn ON message_structure (session_id, branch_id, branch_turn_number)',
]

/** @throws SESSION_SCHEMA_UNSUPPORTED where branches are not what the tables hold, or hold and none is named; nothing was touched */
export function assertBranches(database: SQLiteDatabase, names: Names): void {
  const owners = ownersOf(database)
  const { branch } = names
  const { messages } = names.tables
  const isOurs = owners !== undefined && (owners.messages ?? messages).toLowerCase() === messages.toLowerCase()
  if (branch === undefined) {
    if (!isOurs) return
    throw refusal(
      "The database has branches of Python's AdvancedSQLiteSession, which would be mixed. Name one by the option branch, such as 'main'",
    )
  }
  if (owners === undefined) {
    if (!hasRows(database, messages)) return
    const what = `The option branch is for tables of Python's AdvancedSQLiteSession; in ${messages} are messages of no branch`
    throw refusal(`${what}. Leave the option out, or copy the sessions into another file`)
  }
  if (!isOurs) throw refusal(`The branches in the database are of the tables ${owners.sessions} and ${owners.messages}`)
  for (const table of ['message_structure', 'turn_usage'] as const) assertColumns(database, table)
}

/** Makes what is missing, in empty tables or beside those of an older version. A database that cannot be written is left as it is. */
export function makeBranchTables(database: SQLiteDatabase, names: Names, transact: (work: () => void) => void): void {
  const wanted = [...branchTables, ...indexes.map((index) => index.slice(0, index.indexOf(' ')))]
  const count = `SELECT count(*) FROM sqlite_master WHERE name IN (SELECT value FROM json_each(?))`
  if (database.prepare(count).pluck().get(JSON.stringify(wanted)) === wanted.length) return
  try {
    transact(() => {
      assertBranches(database, names)
      for (const table of branchTables) database.exec(`CREATE TABLE IF NOT EXISTS ${definition(table, names)}`)
      for (const index of indexes) database.exec(`CREATE INDEX IF NOT EXISTS ${index}`)
    })
  } catch (error) {
    if (!isReadOnly(error)) throw error
    const missing = branchTables.filter((table) => !exists(database, table))
    for (const table of missing) database.exec(`CREATE TEMP TABLE ${definition(table, names)}`)
  }
}

function definition(table: BranchTable, names: Names): string {
  const { sessions, messages } = quoteNames(names).tables
  return `${table} (${columns[table].replace(':sessions', () => sessions).replace(':messages', () => messages)}\n   )`
}

/** The tables whose messages have branches; `undefined` where there are no branches. */
function ownersOf(database: SQLiteDatabase): { sessions?: string; messages?: string } | undefined {
  if (!exists(database, 'message_structure')) return undefined
  const found = database.pragma('table_info(message_structure)') as { name: string }[]
  if (!found.some(({ name }) => name.toLowerCase() === 'branch_id')) return undefined
  const keys = database.pragma('foreign_key_list(message_structure)') as { table: string; from: string }[]
  const ownerOf = (column: string): string | undefined => keys.find(({ from }) => from.toLowerCase() === column)?.table
  const [sessions, messages] = [ownerOf('session_id'), ownerOf('message_id')]
  return { ...(sessions !== undefined && { sessions }), ...(messages !== undefined && { messages }) }
}

function assertColumns(database: SQLiteDatabase, table: 'message_structure' | 'turn_usage'): void {
  if (!exists(database, table)) return
  const found = database.pragma(`table_info(${table})`) as { name: string }[]
  const wanted = [...columns[table].matchAll(/^ {5}([a-z_]+) /gm)].map(([, name]) => name as string)
  const missing = wanted.find((name) => !found.some((column) => column.name.toLowerCase() === name))
  if (missing !== undefined) throw refusal(`${table} has no column ${missing}`)
}

function hasRows(database: SQLiteDatabase, table: string): boolean {
  return exists(database, table) && database.prepare(`SELECT 1 FROM ${quote(table)} LIMIT 1`).get() !== undefined
}

function exists(database: SQLiteDatabase, table: string): boolean {
  return database.prepare('SELECT 1 FROM sqlite_master WHERE name = ? COLLATE NOCASE').get(table) !== undefined
}

function refusal(what: string): SessionError {
  return new SessionError('SESSION_SCHEMA_UNSUPPORTED', `${what}. Nothing was changed.`)
}
