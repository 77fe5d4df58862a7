import { betterSQLite3, missingOf } from './drivers/better-sqlite3.ts'
import { bunSQLite } from './drivers/bun-sqlite.ts'
import type { Driver, DriverName } from './drivers/driver.ts'
import { nodeSQLite } from './drivers/node-sqlite.ts'

/** What is used of a prepared statement of better-sqlite3. */
export interface SQLiteStatement {
  readonly reader: boolean
  readonly source: string
  run(...parameters: unknown[]): { changes: number }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
  pluck(): this
  raw(): this
  safeIntegers(toggle: boolean): this
}

/** A function that runs in a transaction of its own. */
export interface SQLiteTransaction<T, TArgument> {
  deferred(argument: TArgument): T
  immediate(argument: TArgument): T
}

/** What is used of a better-sqlite3 `Database`, so that our types do not drag in the driver's. */
export interface SQLiteDatabase {
  readonly open: boolean
  readonly inTransaction: boolean
  prepare(sql: string): SQLiteStatement
  exec(sql: string): unknown
  pragma(sql: string, options?: { simple?: boolean }): unknown
  transaction<T, TArgument>(work: (argument: TArgument) => T): SQLiteTransaction<T, TArgument>
  close(): unknown
}

/** What a `DatabaseSync` of `node:sqlite` is known by. */
export interface NodeSQLiteDatabase {
  prepare(sql: string): unknown
  exec(sql: string): unknown
  open(): unknown
  close(): unknown
}

/** What a `Database` of `bun:sqlite` is known by. */
export interface BunSQLiteDatabase {
  readonly inTransaction: boolean
  prepare(sql: string): unknown
  query(sql: string): unknown
  exec(sql: string): unknown
  close(): unknown
}

/** A database of the caller's, by its shape. */
export type AnySQLiteDatabase = SQLiteDatabase | NodeSQLiteDatabase | BunSQLiteDatabase

export const drivers: Readonly<Record<DriverName, Driver>> = {
  'better-sqlite3': betterSQLite3,
  'node:sqlite': nodeSQLite,
  'bun:sqlite': bunSQLite,
}

/** @throws TypeError for what is a database of none of the drivers */
export function toDatabase(database: object): SQLiteDatabase {
  for (const driver of Object.values(drivers)) {
    if (driver.isOf(database)) return driver.adapt(database)
  }
  const kind = Object.getPrototypeOf(database)?.constructor?.name
  const what = typeof kind === 'string' && kind !== 'Object' ? `a ${kind}` : 'an object'
  const known = 'a Database of better-sqlite3, a DatabaseSync of node:sqlite or a Database of bun:sqlite'
  throw new TypeError(`database must be ${known}, not ${what} without ${missingOf(database)}.`)
}
