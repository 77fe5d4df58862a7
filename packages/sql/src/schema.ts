import { SessionError } from '@sessions/core'
import type { Connection } from './connection.ts'
import type { Database } from './database.ts'
import type { Dialect, Making, Server } from './dialects/dialect.ts'
import type { Step } from './dialects/step.ts'
import { Collision, isColumnOfOthers, isTableMissing, isThereAlready } from './errors.ts'
import { assertNoBranches, assertOfPython } from './foreign-tables.ts'
import type { Limits } from './limits.ts'
import { persist } from './persist.ts'
import type { Tables } from './tables.ts'
import { numberOf, optionalNumberOf } from './values.ts'

/** Milliseconds for which others who make tables may be in the way. */
const schemaTimeoutMs = 60_000
/** Milliseconds for which a server may be silent while it builds an index of a large table. */
const buildingMs = 3_600_000

/** What is known of tables that are there. */
export interface TablesFound {
  /** Whether the sessions are indexed by minutes: else by the very time of their last change. */
  readonly byMinute: boolean
}

interface TablesState extends TablesFound {
  /** 0 for a database without our tables, Python's included. */
  readonly version: number
}

/**
 * Sees to it that the tables are there, in the version that this code knows. Any number of processes may start at once.
 * @throws SESSION_SCHEMA_MISSING where they are not and may not be made; SESSION_SCHEMA_UNSUPPORTED for a newer version
 * and for messages that have branches, which are left as they are
 */
export async function ensureSchema(
  database: Database,
  limits: Limits,
  tables: Tables,
  createTables: boolean,
): Promise<TablesFound> {
  const { dialect } = database
  const known = knownVersion(dialect, tables)
  const look = (): Promise<TablesState & { isNew: boolean }> =>
    database.read(limits, 'primary', async (connection) => {
      await assertNoBranches(dialect, connection, tables)
      const state = await readState(dialect, connection, tables)
      return { ...state, isNew: state.version === 0 && (await areNew(connection, tables)) }
    })
  const { version, byMinute, isNew } = await look()
  if (version > known) throw tooNew(version, known)
  if (version === known) return { byMinute }
  if (!createTables) {
    throw missing(version, schemaText(dialect, tables, await database.server(limits), { version, isNew }))
  }
  const patience: Limits = {
    until: performance.now() + schemaTimeoutMs,
    silenceMs: limits.silenceMs === 0 ? 0 : Math.max(limits.silenceMs, buildingMs),
  }
  const migrate = (): Promise<void> =>
    database.migrate(patience, async (connection, server) => {
      try {
        await makeTables(dialect, connection, tables, server)
      } catch (error) {
        // Others who make the same, in whatever way, were quicker: it is there when it is looked for again.
        throw isThereAlready(error) ? new Collision() : error
      }
    })
  await persist(migrate, { until: patience.until, retries: 0, repeatable: true })
  return look()
}

/**
 * The same where nothing may be made, in a transaction that a statement which fails would end.
 * @throws SESSION_SCHEMA_MISSING, SESSION_SCHEMA_UNSUPPORTED
 */
export async function assertSchema(database: Database, limits: Limits, tables: Tables): Promise<TablesFound> {
  const { dialect } = database
  const known = knownVersion(dialect, tables)
  const { version, byMinute } = await database.read(limits, 'primary', async (connection) => {
    await assertNoBranches(dialect, connection, tables)
    return await readTables(dialect, connection, tables)
  })
  if (version > known) throw tooNew(version, known)
  if (version < known)
    throw new SessionError('SESSION_SCHEMA_MISSING', `The tables have schema version ${version}, an older one.`)
  return { byMinute }
}

async function makeTables(dialect: Dialect, connection: Connection, tables: Tables, server: Server): Promise<void> {
  const { version } = await readState(dialect, connection, tables)
  if (tables.schema !== undefined && !(await dialect.hasSchema?.(connection, tables.schema))) {
    await connection.execute(makeSchema(dialect, tables.schema))
  }
  if (version === 0) await assertOfPython(dialect, connection, tables, (table) => isThere(connection, table))
  const isNew = version === 0 && (await areNew(connection, tables))
  const pending = pendingSteps(dialect, tables, server, { version, isNew })
  try {
    await dialect.migrate(connection, pending, isNew)
  } catch (error) {
    // Python made its own in between, which have no columns of ours.
    throw isNew && isColumnOfOthers(error) ? new Collision() : error
  }
}

/** What makes the tables from what is there, as one text. */
export function schemaText(dialect: Dialect, tables: Tables, server: Server, from: TablesBefore): string {
  const schema = tables.schema === undefined || from.version > 0 ? [] : [makeSchema(dialect, tables.schema)]
  return [...schema, ...pendingSteps(dialect, tables, server, from).map(({ text }) => text)]
    .map((step) => `${step};\n`)
    .join('')
}

/** For what does not differ between servers. */
const anyServer: Server = { mariadb: false, galera: false }

interface TablesBefore extends Making {
  readonly version: number
}

function knownVersion(dialect: Dialect, tables: Tables): number {
  return dialect.migrations(tables, anyServer, { isNew: false }).length
}

function pendingSteps(dialect: Dialect, tables: Tables, server: Server, from: TablesBefore): Step[] {
  const { version } = from
  const migrations = dialect.migrations(tables, server, from)
  const pending = migrations.slice(version).flatMap((steps, index) => {
    const known = `INSERT INTO ${tables.version} (version) VALUES (${version + index + 1})`
    return [...steps, { text: `${known} ${dialect.grammar(tables).unlessThere('version')}` }]
  })
  return [{ text: makeVersionTable(tables) }, ...pending]
}

/** Needs the right to make schemas even where it is there, so that it must not be run then. */
function makeSchema(dialect: Dialect, schema: string): string {
  return `CREATE SCHEMA IF NOT EXISTS ${dialect.quote(schema)}`
}

function makeVersionTable({ version }: Tables): string {
  return `CREATE TABLE IF NOT EXISTS ${version} (version INTEGER NOT NULL PRIMARY KEY)`
}

async function readState(dialect: Dialect, connection: Connection, tables: Tables): Promise<TablesState> {
  try {
    return await readTables(dialect, connection, tables)
  } catch (error) {
    if (isTableMissing(error)) return { version: 0, byMinute: false }
    throw error
  }
}

async function areNew(connection: Connection, { sessions, messages }: Tables): Promise<boolean> {
  return !(await isThere(connection, sessions)) && !(await isThere(connection, messages))
}

async function isThere(connection: Connection, table: string): Promise<boolean> {
  try {
    await connection.execute(`SELECT 1 AS found FROM ${table} WHERE 1 = 0`)
    return true
  } catch (error) {
    if (isTableMissing(error)) return false
    throw error
  }
}

async function readTables(dialect: Dialect, connection: Connection, tables: Tables): Promise<TablesState> {
  const minutes = dialect.hasMinutes?.(tables) ?? '0'
  const { rows } = await connection.execute(
    `SELECT max(version) AS version, ${minutes} AS minutes FROM ${tables.version}`,
  )
  const [row] = rows
  if (row === undefined) return { version: 0, byMinute: false }
  return { version: optionalNumberOf(row, 'version') ?? 0, byMinute: numberOf(row, 'minutes') > 0 }
}

function missing(version: number, text: string): SessionError {
  const what =
    version === 0 ? 'The tables of the sessions are not there.' : `They have schema version ${version}, an older one.`
  return new SessionError('SESSION_SCHEMA_MISSING', `${what} Pass createTables: true, or run this once:\n\n${text}`)
}

function tooNew(version: number, known: number): SessionError {
  return new SessionError(
    'SESSION_SCHEMA_UNSUPPORTED',
    `The tables have schema version ${version}; this @sessions/sql knows versions up to ${known}. ` +
      'Upgrade the package. Nothing was changed.',
  )
}
