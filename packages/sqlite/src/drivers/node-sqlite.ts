import { existsSync } from 'node:fs'
import { SessionError } from '@sessions/core'
import { blockingWaitMs } from '../busy.ts'
import type { NodeSQLiteDatabase, SQLiteDatabase } from '../database.ts'
import { AdaptedDatabase, type AdaptedStatement, type Row } from './adapted-database.ts'
import type { Driver, Opener } from './driver.ts'

/** What is used of a `StatementSync`. */
interface StatementSync {
  run(...parameters: unknown[]): { changes: number | bigint }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
  setReadBigInts(enabled: boolean): unknown
  setAllowBareNamedParameters(enabled: boolean): unknown
}

/** What is used of a `DatabaseSync` (https://nodejs.org/api/sqlite.html). */
interface DatabaseSync extends NodeSQLiteDatabase {
  prepare(sql: string): StatementSync
  /** Since Node 22.15. */
  readonly isOpen?: boolean
  /** Since Node 22.16. */
  readonly isTransaction?: boolean
  /** Not in Node 22. */
  deserialize?(bytes: Uint8Array): unknown
}

const adapted = new WeakMap<object, SQLiteDatabase>()

/** Part of Node, and of Deno: nothing has to be installed. */
export const nodeSQLite: Driver = {
  load(): Opener {
    // No import, of which each bundler and test runner would make something else.
    const found: object | undefined = process.getBuiltinModule?.('node:sqlite')
    if (found === undefined) throw unsupported('there is no node:sqlite, which came with Node 22.13')
    const { DatabaseSync } = found as { DatabaseSync: new (path: string) => DatabaseSync }
    return {
      open(path, mustExist) {
        if (mustExist && !existsSync(path)) throw new NoFile('unable to open database file')
        const database = new DatabaseSync(path)
        // As a statement, since Node 22.14 ignores the option.
        database.exec(`PRAGMA busy_timeout = ${blockingWaitMs}`)
        return adapt(database)
      },
      openImage(bytes) {
        const database = new DatabaseSync(':memory:')
        if (database.deserialize === undefined) {
          throw unsupported('node:sqlite cannot read a file beside which no other can be made')
        }
        database.deserialize(bytes)
        database.exec('PRAGMA query_only = ON')
        return adapt(database)
      },
    }
  },
  isOf: (database) => {
    const given = database as Record<string, unknown>
    return ['prepare', 'exec', 'open', 'close'].every((name) => typeof given[name] === 'function')
  },
  adapt: (database) => adapt(database as DatabaseSync),
}

/** As SQLite says it: https://sqlite.org/rescode.html#cantopen. */
class NoFile extends Error {
  readonly errcode = 14
}

function unsupported(why: string): SessionError {
  return new SessionError('SESSION_UNSUPPORTED', `In ${nameOfRuntime()}, ${why}. Nothing was opened.`)
}

function nameOfRuntime(): string {
  const { node, bun } = process.versions
  return bun === undefined ? `Node ${node}` : `Bun ${bun}`
}

function adapt(database: DatabaseSync): SQLiteDatabase {
  const known = adapted.get(database)
  if (known !== undefined) return known
  const made = new AdaptedDatabase({
    get isOpen() {
      return database.isOpen ?? succeeds(() => database.exec(''))
    },
    get inTransaction() {
      return database.isTransaction ?? !succeeds(() => database.exec('BEGIN; COMMIT'))
    },
    prepare: (sql) => prepare(database, sql),
    query: (sql) => prepare(database, sql).all([]),
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
  })
  adapted.set(database, made)
  return made
}

function prepare(database: DatabaseSync, sql: string): AdaptedStatement {
  const statement = database.prepare(sql)
  statement.setReadBigInts(false)
  statement.setAllowBareNamedParameters(true)
  const cuts = cutsTexts(database)
  return {
    run(parameters) {
      if (cuts) assertWhole(parameters)
      return statement.run(...parameters) as { changes: number }
    },
    get: (parameters) => statement.get(...parameters) as Row | undefined,
    all: (parameters) => statement.all(...parameters) as Row[],
  }
}

let cutsTextsHere: boolean | undefined

/** Node 22 gives of a text what stands before its first NUL. */
function cutsTexts(database: DatabaseSync): boolean {
  cutsTextsHere ??= (database.prepare("SELECT 'a' || char(0) AS text").get() as { text: string }).text.length === 1
  return cutsTextsHere
}

/** What would not come back is not written. */
function assertWhole(parameters: readonly unknown[]): void {
  if (!parameters.some((each) => typeof each === 'string' && each.includes('\0'))) return
  const message =
    `In Node ${process.versions.node}, node:sqlite cuts texts at NUL characters when it reads them, so that none is written: ` +
    'take a codec that escapes them, as jsonCodec does, or another Node. Nothing was written.'
  throw new SessionError('SESSION_UNSUPPORTED', message)
}

function succeeds(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}
