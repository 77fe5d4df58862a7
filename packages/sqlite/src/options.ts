import {
  type AgentInputItem,
  assertOptions,
  type Clock,
  checkClock,
  checkMilliseconds,
  checkOperationTtl,
  checkTTL,
  type OptionTypes,
  type SessionOptions,
} from '@sessions/core'
import { type AnySQLiteDatabase, drivers, toDatabase } from './database.ts'
import type { DriverName } from './drivers/driver.ts'
import { checkNames } from './tables.ts'

/** Where the database is and how it is written. */
export interface SQLiteStoreOptions {
  /** The database file, created if missing; its folder must exist. Default: `:memory:`, a database of this store alone. */
  path?: string
  /**
   * Whose SQLite opens the path: `better-sqlite3`, an add-on; `node:sqlite`, which is part of Node and Deno, or `bun:sqlite`, part of Bun,
   * which need none. A process opens one file by one of them. Default: `better-sqlite3`.
   */
  driver?: DriverName
  /**
   * A database of the caller's, instead of a path: a better-sqlite3 `Database`, a `DatabaseSync` of `node:sqlite`, or a `Database` of
   * `bun:sqlite`. It is never closed here, and its settings stay as they are.
   * While a transaction or an `iterate()` of the caller's is open on it, what is to be written waits, up to `busyTimeoutMs`.
   */
  database?: AnySQLiteDatabase
  /** The table with one row a session; other tables of ours are named after it. Default: `agent_sessions`. */
  sessionsTable?: string
  /** The table with one row an item. Default: `agent_messages`. */
  messagesTable?: string
  /** Seconds after which a session that is not written is gone. Default: never. */
  ttl?: number
  /** Seconds for which the ids of operations are remembered, each from when it was applied. Default: 86,400, a day. */
  operationTtl?: number
  /**
   * What a commit waits for (https://sqlite.org/pragma.html#pragma_synchronous). `FULL` keeps acknowledged writes through
   * a power cut; `NORMAL` is faster and may lose the latest ones then, though not when only the process dies. Default: `FULL`.
   */
  synchronous?: 'FULL' | 'NORMAL'
  /** Milliseconds to wait for other writers before `SESSION_BUSY`. The event loop goes on meanwhile. Default: 30,000. */
  busyTimeoutMs?: number
  /** For tests. Default: the time of the machine. */
  clock?: Clock
}

/** The id, and the options of the store and of the session. */
export interface SQLiteSessionOptions<TItem extends object = AgentInputItem>
  extends SessionOptions<TItem>,
    SQLiteStoreOptions {}

export const storeTypes: OptionTypes = {
  path: 'string',
  driver: 'string',
  database: 'object',
  sessionsTable: 'string',
  messagesTable: 'string',
  ttl: 'number',
  operationTtl: 'number',
  synchronous: 'string',
  busyTimeoutMs: 'number',
  clock: 'object',
}

/** @throws TypeError or RangeError that names the option */
export function checkStoreOptions(options: SQLiteStoreOptions): void {
  assertOptions('SQLiteStore', options, storeTypes)
  const { path, driver, database, ttl, clock, synchronous = 'FULL', busyTimeoutMs = 0 } = options
  if (path !== undefined && database !== undefined) throw new TypeError('SQLiteStore takes path or database, not both.')
  if ('path' in options && path === undefined && database === undefined) {
    const hint = 'is the environment variable set that it comes from? Leave it out for a database in memory.'
    throw new TypeError(`path is undefined: ${hint}`)
  }
  if (path?.includes('\0')) throw new TypeError('path must not contain NUL characters.')
  if (path === '') throw new TypeError('path must not be empty; leave it out for a database in memory.')
  if (path !== undefined && /\s$/.test(path)) {
    throw new TypeError('path must not end with white space: the driver would cut it off.')
  }
  if (database !== undefined) toDatabase(database)
  if (driver !== undefined && database !== undefined) throw new TypeError('driver is for a path, not for a database.')
  if (driver !== undefined && !Object.hasOwn(drivers, driver)) {
    throw new TypeError(`driver must be one of ${Object.keys(drivers).join(', ')}.`)
  }
  checkNames(options)
  if (synchronous !== 'FULL' && synchronous !== 'NORMAL') throw new TypeError("synchronous must be 'FULL' or 'NORMAL'.")
  checkMilliseconds('busyTimeoutMs', busyTimeoutMs)
  checkTTL(ttl)
  checkOperationTtl(options.operationTtl)
  checkClock(clock)
}
