import { SessionError } from '@sessions/core'
import { blockingWaitMs } from '../busy.ts'
import type { BunSQLiteDatabase, SQLiteDatabase } from '../database.ts'
import { AdaptedDatabase, type AdaptedStatement, type Row } from './adapted-database.ts'
import type { Driver, Opener } from './driver.ts'

/** What is used of a `Statement`. */
interface Statement {
  run(...parameters: unknown[]): { changes: number }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
  safeIntegers(enabled: boolean): unknown
  finalize(): unknown
}

/** What is used of a `Database` (https://bun.com/docs/runtime/sqlite). */
interface Database extends BunSQLiteDatabase {
  prepare(sql: string): Statement
}

interface DatabaseClass {
  new (path: string, options: { readwrite: true; create: boolean }): Database
  deserialize(bytes: Uint8Array, options: { readonly: true }): Database
}

const adapted = new WeakMap<object, SQLiteDatabase>()

/** Part of Bun: nothing has to be installed. */
export const bunSQLite: Driver = {
  load(): Opener {
    const { bun, node } = process.versions
    if (bun === undefined) {
      const message = `There is no bun:sqlite in Node ${node}: choose driver: 'node:sqlite'. Nothing was opened.`
      throw new SessionError('SESSION_UNSUPPORTED', message)
    }
    // No import: bundlers do not know where to look for it.
    const { Database } = process.getBuiltinModule('bun:sqlite' as never) as unknown as { Database: DatabaseClass }
    return {
      open(path, mustExist) {
        const database = new Database(path, { readwrite: true, create: !mustExist })
        database.exec(`PRAGMA busy_timeout = ${blockingWaitMs}`)
        return adapt(database)
      },
      openImage: (bytes) => adapt(Database.deserialize(bytes, { readonly: true })),
    }
  },
  isOf: (database) => {
    const given = database as Record<string, unknown>
    const hasMethods = ['prepare', 'query', 'exec', 'close'].every((name) => typeof given[name] === 'function')
    return hasMethods && typeof given.inTransaction === 'boolean'
  },
  adapt: (database) => adapt(database as Database),
}

function adapt(database: Database): SQLiteDatabase {
  const known = adapted.get(database)
  if (known !== undefined) return known
  const statements = new Set<Statement>()
  const prepared = (sql: string): Statement => {
    const statement = database.prepare(sql)
    statement.safeIntegers(false)
    return statement
  }
  const made = new AdaptedDatabase({
    get isOpen() {
      return isOpen(database)
    },
    get inTransaction() {
      return database.inTransaction
    },
    prepare(sql) {
      const statement = prepared(sql)
      statements.add(statement)
      return adaptStatement(database, statement)
    },
    query(sql) {
      const statement = prepared(sql)
      const rows = statement.all() as Row[]
      statement.finalize()
      return rows
    },
    exec: (sql) => database.exec(sql),
    close() {
      // As long as one is left, the file stays open.
      for (const statement of statements) statement.finalize()
      database.close()
    },
  })
  adapted.set(database, made)
  return made
}

/** It does not say so otherwise. */
function isOpen(database: Database): boolean {
  try {
    return typeof database.inTransaction === 'boolean'
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

function adaptStatement(database: Database, statement: Statement): AdaptedStatement {
  // Else a statement goes on when its database is closed.
  const use = (): Statement => {
    if (!isOpen(database)) throw new RangeError('Cannot use a closed database')
    return statement
  }
  return {
    run: (parameters) => use().run(...parameters.map(withPrefixes)),
    get: (parameters) => (use().get(...parameters.map(withPrefixes)) ?? undefined) as Row | undefined,
    all: (parameters) => use().all(...parameters.map(withPrefixes)) as Row[],
  }
}

/** Names of parameters with and without their colon: Bun wants the one or the other, as the database was opened. */
function withPrefixes(parameter: unknown): unknown {
  if (parameter === null || typeof parameter !== 'object' || ArrayBuffer.isView(parameter)) return parameter
  return Object.fromEntries(
    Object.entries(parameter).flatMap(([name, value]) => [
      [name, value],
      [`:${name}`, value],
    ]),
  )
}
