import { SessionError } from '@sessions/core'
import { assertBranches, makeBranchTables } from './branch/tables.ts'
import { makeView } from './branch/view.ts'
import type { SQLiteDatabase } from './database.ts'
import { isReadOnly } from './errors.ts'
import { assertLayout } from './layout.ts'
import { type Names, quoteNames } from './tables.ts'

/** The names, quoted. */
type Quoted = Names

/** The first two are those of `SQLiteSession` in the OpenAI Agents SDK for Python 0.22.0, to the letter. */
function pythonTables({ tables: { sessions, messages } }: Quoted): Record<'sessions' | 'messages', string> {
  return {
    sessions: `TABLE IF NOT EXISTS ${sessions} (
     session_id TEXT PRIMARY KEY,
     created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
     updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
   )`,
    messages: `TABLE IF NOT EXISTS ${messages} (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     session_id TEXT NOT NULL,
     message_data TEXT NOT NULL,
     created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
     FOREIGN KEY (session_id) REFERENCES ${sessions} (session_id) ON DELETE CASCADE
   )`,
  }
}

/**
 * `not_before_ms` is when a session ends if nobody but us writes it; Python's writes move `updated_at`, and with it the end,
 * further.
 */
function ourTables({
  tables: { ttls, metadata, operations },
}: Quoted): Record<'ttls' | 'metadata' | 'operations', string> {
  return {
    ttls: `TABLE ${ttls} (
     session_id TEXT PRIMARY KEY,
     ttl_ms INTEGER NOT NULL,
     not_before_ms INTEGER NOT NULL
   ) WITHOUT ROWID`,
    metadata: `TABLE ${metadata} (
     session_id TEXT NOT NULL,
     key TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (session_id, key)
   ) WITHOUT ROWID`,
    operations: `TABLE ${operations} (
     session_id TEXT NOT NULL,
     operation_id TEXT NOT NULL,
     fingerprint TEXT NOT NULL,
     forget_at TIMESTAMP,
     PRIMARY KEY (session_id, operation_id)
   ) WITHOUT ROWID`,
  }
}

/** Apart from sessions: a row may stand where there is no session, and stays when one is cleared or deleted. */
function leasesTable({ tables: { leases } }: Quoted): string {
  return `TABLE ${leases} (
     session_id TEXT PRIMARY KEY,
     version TEXT NOT NULL,
     token TEXT,
     until_ms INTEGER NOT NULL,
     waiting TEXT NOT NULL
   ) WITHOUT ROWID`
}

/** One step a version, oldest first. */
function migrations(names: Quoted): string[][] {
  const { sessions, messages, ttls, metadata, operations } = names.tables
  const { messageId, updated, metadataValue, forgetAt, notBefore } = names.indexes
  return [
    [
      ...Object.values(pythonTables(names)).map((table) => `CREATE ${table}`),
      `CREATE INDEX IF NOT EXISTS ${messageId} ON ${messages} (session_id, id)`,
      `CREATE INDEX ${updated} ON ${sessions} (updated_at, session_id)`,
      ...Object.values(ourTables(names)).map((table) => `CREATE ${table}`),
      `CREATE INDEX ${metadataValue} ON ${metadata} (key, value)`,
    ],
    [
      // Until then, ids of transactions were kept as long as their session.
      `UPDATE ${operations} SET forget_at = strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 day') WHERE forget_at IS NULL`,
      `CREATE INDEX ${forgetAt} ON ${operations} (forget_at)`,
    ],
    [`CREATE ${leasesTable(names)}`],
    // Those whose time is over are found without a look at all that have a ttl.
    [`CREATE INDEX ${notBefore} ON ${ttls} (not_before_ms, session_id)`],
  ]
}

/**
 * Brings the tables to the version that this code knows, step by step under one write lock, so that any number of
 * processes may start at once. A database that cannot be written is left as it is, and can be read.
 * @throws SESSION_SCHEMA_UNSUPPORTED for a newer version, and for tables that are not ours or Python's; nothing is touched
 */
export function migrate(database: SQLiteDatabase, names: Names, transact: (work: () => void) => void): void {
  makeOurTables(database, names, transact)
  if (names.branch === undefined) return
  makeBranchTables(database, names, transact)
  makeView(database, names)
}

function makeOurTables(database: SQLiteDatabase, names: Names, transact: (work: () => void) => void): void {
  const steps = migrations(quoteNames(names))
  if (assertKnown(database, names) === steps.length) return
  try {
    transact(() => {
      const version = assertKnown(database, names)
      if (version < steps.length) makeTables(database, names, steps.slice(version).flat(), steps.length)
    })
  } catch (error) {
    if (!isReadOnly(error)) throw error
    standIn(database, names)
  }
}

/** Looks at the tables and touches nothing. Gives their version. @throws SESSION_SCHEMA_UNSUPPORTED */
export function assertKnown(database: SQLiteDatabase, names: Names): number {
  const look = (): number => {
    const version = versionOf(database, names, migrations(quoteNames(names)).length)
    assertLayout(database, names, version)
    assertBranches(database, names)
    return version
  }
  // Another process may be making the tables.
  return database.inTransaction ? look() : database.transaction((_: undefined) => look()).deferred(undefined)
}

function makeTables(database: SQLiteDatabase, names: Names, steps: readonly string[], version: number): void {
  const table = quoteNames(names).tables.version
  for (const step of steps) database.exec(step)
  database.exec(`CREATE TABLE IF NOT EXISTS ${table} (version INTEGER NOT NULL PRIMARY KEY)`)
  database.exec(`DELETE FROM ${table}`)
  database.prepare(`INSERT INTO ${table} (version) VALUES (?)`).run(version)
}

/** Where nothing can be written, empty tables of this connection alone stand for those that are missing. */
function standIn(database: SQLiteDatabase, names: Names): void {
  const quoted = quoteNames(names)
  database.pragma('temp_store = MEMORY')
  const all = { ...pythonTables(quoted), ...ourTables(quoted), leases: leasesTable(quoted) }
  for (const [name, table] of Object.entries(all)) {
    if (!hasTable(database, names.tables[name as keyof typeof all])) database.exec(`CREATE TEMP ${table}`)
  }
}

/** 0 for a database without our tables, Python's included. */
function versionOf(database: SQLiteDatabase, names: Names, known: number): number {
  if (!hasTable(database, names.tables.version)) return 0
  const columns = database.pragma(`table_info(${quoteNames(names).tables.version})`) as { name: string }[]
  if (!columns.some(({ name }) => name === 'version')) {
    throw new SessionError(
      'SESSION_SCHEMA_UNSUPPORTED',
      `The table ${names.tables.version} is not ours: it has no column version. Nothing was changed.`,
    )
  }
  const sql = `SELECT max(version) FROM ${quoteNames(names).tables.version}`
  const version = Number(database.prepare(sql).pluck().get() ?? 0)
  if (version <= known) return version
  throw new SessionError(
    'SESSION_SCHEMA_UNSUPPORTED',
    `The tables have schema version ${version}; this @sessions/sqlite knows versions up to ${known}. ` +
      'Upgrade the package. Nothing was changed.',
  )
}

function hasTable(database: SQLiteDatabase, name: string): boolean {
  const sql = `SELECT 1 FROM (SELECT name FROM sqlite_master UNION ALL SELECT name FROM sqlite_temp_master)
    WHERE name = ? COLLATE NOCASE`
  return database.prepare(sql).pluck().get(name) !== undefined
}
