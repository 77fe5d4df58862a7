import type { SessionStore } from '@sessions/core'
import type { SQLiteStoreOptions } from '@sessions/sqlite'
import { Failure } from '../exit-codes.ts'
import { given } from './adapters.ts'
import type { OpenStore } from './open-store.ts'
import { load } from './resolve.ts'
import { sqliteDriver, sqlitePath } from './sqlite.ts'
import type { StoreValues } from './store-options.ts'
import type { StoreKind } from './store-url.ts'

type Names = Pick<StoreValues, 'schema' | 'sessionsTable' | 'messagesTable'>

export function hasTables(kind: StoreKind): boolean {
  return kind === 'sqlite' || kind === 'postgres' || kind === 'mysql' || kind === 'mariadb'
}

/** The statements that make the tables. @throws Failure where there are none */
export async function schemaText(kind: StoreKind, { schema, sessionsTable, messagesTable }: Names): Promise<string> {
  const names = given({ schema, sessionsTable, messagesTable })
  if (kind === 'sqlite') return (await sqliteTables(names, sessionsTable)).map((sql) => `${sql};`).join('\n')
  if (kind !== 'postgres' && kind !== 'mysql' && kind !== 'mariadb') throw withoutTables()
  const { module } = await load<{ SQLStore: { schemaSQL(dialect: string, names: object): string } }>('@sessions/sql')
  try {
    return module.SQLStore.schemaSQL(kind, names).trimEnd()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new Failure('usage', error.message, { cause: error })
  }
}

/** Whether the tables are those of this version. Opening the store has made them, where it was to. */
export async function schemaState(
  opened: OpenStore,
  { sessionsTable = 'agent_sessions' }: Names,
): Promise<'current' | 'behind'> {
  const { kind, bare } = opened
  if (!hasTables(kind)) throw withoutTables()
  try {
    await bare.ping()
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'SESSION_SCHEMA_MISSING') throw error
    return 'behind'
  }
  return kind === 'sqlite' ? await sqliteState(opened, `${sessionsTable}_schema`) : 'current'
}

/** What can only be read is read whatever its version is, so the version is looked at. */
async function sqliteState({ url, adapter }: OpenStore, table: string): Promise<'current' | 'behind'> {
  const versionIn = (database: Reader): unknown => {
    const isThere = database.prepare('SELECT 1 FROM sqlite_master WHERE name = ? COLLATE NOCASE').pluck().get(table)
    return isThere === undefined
      ? 0
      : database
          .prepare(`SELECT max(version) FROM ${quoted(table)}`)
          .pluck()
          .get()
  }
  const file = new (sqliteDriver(adapter))(sqlitePath(url), {
    readonly: true,
    fileMustExist: true,
  }) as unknown as Reader
  try {
    const wanted = await inMemory({ sessionsTable: table.slice(0, -'_schema'.length) }, versionIn)
    return versionIn(file) === wanted ? 'current' : 'behind'
  } finally {
    file.close()
  }
}

async function sqliteTables(names: object, sessionsTable = 'agent_sessions'): Promise<string[]> {
  return await inMemory(names, (database) => {
    const table = quoted(`${sessionsTable}_schema`)
    const version = database.prepare(`SELECT max(version) FROM ${table}`).pluck().get()
    const sql =
      "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
    const tables = database.prepare(sql).pluck().all() as string[]
    return [...tables, `INSERT INTO ${table} (version) VALUES (${version})`]
  })
}

interface Reader {
  prepare(sql: string): { pluck(): { get(...values: unknown[]): unknown; all(): unknown[] } }
  close(): void
}

/** What the adapter makes of an empty database. */
async function inMemory<T>(names: object, look: (database: Reader) => T): Promise<T> {
  const { path: adapter, module } = await load<{ SQLiteStore: new (options: SQLiteStoreOptions) => SessionStore }>(
    '@sessions/sqlite',
  )
  const database = new (sqliteDriver(adapter))(':memory:')
  const store = new module.SQLiteStore({ database, ...names })
  try {
    await store.ping()
    return look(database as unknown as Reader)
  } finally {
    await store.close()
    database.close()
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function withoutTables(): Failure {
  return new Failure('usage', 'This store has no tables.')
}
