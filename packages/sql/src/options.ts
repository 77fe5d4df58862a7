import {
  type AgentInputItem,
  assertOneOf,
  assertOptions,
  checkInteger,
  checkMilliseconds,
  checkOperationTtl,
  checkTimeout,
  checkTTL,
  type OperationOptions,
  type OptionTypes,
  type SessionOptions,
  type TimeoutOptions,
} from '@sessions/core'
import type { SQLPool } from './pools/caller-pool.ts'
import type { SequelizeLike } from './sequelize.ts'
import type { TableNames } from './tables.ts'

/** Which database, and how it is written. One of `url`, `pool` and `sequelize` is needed. */
export interface SQLStoreOptions extends TableNames, TimeoutOptions, OperationOptions {
  /**
   * `postgres://user:password@host:5432/database`, `mariadb://…`, `mysql://…` or `sqlite:file.db`. All stores of the
   * process with one url share one pool of connections, closed with the last of them.
   */
  url?: string
  /**
   * A pool of the caller's, instead of a url: a `Pool` of `pg` or of `@neondatabase/serverless`, a pool of `mariadb`, one of `mysql2/promise`, or a
   * PGlite. It is never closed here, and its settings are the caller's.
   */
  pool?: SQLPool
  /** A `Sequelize` of version 6 of the caller's, instead of a url: its pool is used, and it is never closed here. */
  sequelize?: SequelizeLike
  /** Whether the tables are made, or brought up to date, at first use. Default: false. */
  createTables?: boolean
  /** Seconds after which a session that is not written is gone. Default: never. */
  ttl?: number
  /**
   * How often work is tried again after a lost connection, with pauses that grow to two seconds. Each append then carries
   * an operation id, kept for up to an hour, so that one whose answer was lost is there once. Default: 0.
   */
  retries?: number
  /**
   * Milliseconds to wait for other writers, for a connection of the pool, and for a server that has none left, before
   * `SESSION_BUSY`. Where MySQL or MariaDB is used through a pool or a Sequelize of the caller's, their `innodb_lock_wait_timeout` holds for
   * locks instead. Default: 30,000.
   */
  busyTimeoutMs?: number
  /**
   * Postgres only: whether each change tells those who `watch` (by `NOTIFY`, which lets commits of the database follow one another), and
   * whether a watch of this store listens, on a connection of the pool that it keeps. Both sides need it. Not behind PgBouncer with
   * `pool_mode = transaction`. Default: false; a watch looks once a second.
   */
  notify?: boolean
  /** Where Sequelize replicates reads: `replica` may miss the latest writes. Default: `primary`. */
  readFrom?: 'primary' | 'replica'
}

/** The id, and the options of the store and of the session. */
export interface SQLSessionOptions<TItem extends object = AgentInputItem>
  extends SessionOptions<TItem>,
    SQLStoreOptions {}

export const nameTypes: OptionTypes = { sessionsTable: 'string', messagesTable: 'string', schema: 'string' }

export const storeTypes: OptionTypes = {
  ...nameTypes,
  url: 'string',
  pool: 'object',
  sequelize: 'object',
  createTables: 'boolean',
  ttl: 'number',
  retries: 'number',
  busyTimeoutMs: 'number',
  timeoutMs: 'number',
  readFrom: 'string',
  notify: 'boolean',
  operationTtl: 'number',
}

/** A ttl that no timestamp could hold is as good as none; in milliseconds, 6,000 years. */
const longestTTLMs = 6_000 * 365 * 86_400_000

/** In whole milliseconds; `undefined` for no expiry. */
export function ttlMsOf({ ttl }: SQLStoreOptions): number | undefined {
  return ttl === undefined ? undefined : Math.min(Math.max(1, Math.round(ttl * 1000)), longestTTLMs)
}

/** @throws TypeError or RangeError that names the option, never with a url */
export function checkStoreOptions(options: SQLStoreOptions): void {
  assertOptions('SQLStore', options, storeTypes)
  const { retries = 0, busyTimeoutMs = 1, readFrom = 'primary' } = options
  assertOneOf('SQLStore', options, ['url', 'pool', 'sequelize'])
  checkInteger('retries', retries, 0)
  checkMilliseconds('busyTimeoutMs', busyTimeoutMs)
  if (readFrom !== 'primary' && readFrom !== 'replica') throw new TypeError("readFrom must be 'primary' or 'replica'.")
  checkTTL(options.ttl)
  checkOperationTtl(options.operationTtl)
  checkTimeout(options)
}
