import {
  assertOptions,
  type ChangeConditions,
  type CommitResult,
  type DeleteTarget,
  type HistoryChange,
  type Lease,
  type RecordPage,
  type SessionError,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
} from '@sessions/core'
import { applyChange, eraseSession } from './changes.ts'
import type { Connection, Row } from './connection.ts'
import type { Database, Outcome } from './database.ts'
import {
  checkDialect,
  connectSequelize,
  connectURL,
  dialectOf,
  dialectOfURL,
  dialects,
  type SQLDialect,
} from './engine.ts'
import { isUniqueViolation, mapError } from './errors.ts'
import { listSessions, toInfo } from './listing.ts'
import { checkStoreOptions, nameTypes, type SQLStoreOptions } from './options.ts'
import { ownOperationMs, resultOf, withOwnOperation } from './own-operation.ts'
import { readPage, toRecord } from './pages.ts'
import { persist } from './persist.ts'
import { type ErasableRow, eraseSome } from './retention.ts'
import { SessionRows } from './rows.ts'
import { ensureSchema, schemaText } from './schema.ts'
import { bind, type Statement, type Value } from './statement.ts'
import { prepareStatements, type Statements, someSessions } from './statements.ts'
import { checkNames, quoteTables, type TableNames, type Tables } from './tables.ts'

export type { SQLDialect }

/** A ttl that no timestamp could hold is as good as none; in milliseconds, 6,000 years. */
const longestTTLMs = 6_000 * 365 * 86_400_000

/**
 * Sessions in Postgres, MariaDB, MySQL or SQLite, in the tables of the OpenAI Agents SDK for Python.
 *
 * Every write keeps the row of its session to itself, so that ids and timestamps agree with the order of commits.
 */
export class SQLStore extends SessionStore {
  readonly #options: SQLStoreOptions
  readonly #busyTimeoutMs: number
  readonly #ttlMs: number | undefined
  readonly #tables: Tables
  readonly #statements: Statements
  #lease: Lease<Database> | undefined

  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: SQLStoreOptions) {
    checkStoreOptions(options)
    super()
    const { url, sequelize, ttl, busyTimeoutMs = 30_000 } = options
    const name = sequelize === undefined ? dialectOfURL(url ?? '') : dialectOf(sequelize)
    checkNames(options, name)
    const dialect = dialects[name]
    this.#options = { ...options }
    this.#busyTimeoutMs = busyTimeoutMs
    this.#ttlMs = ttl === undefined ? undefined : Math.min(Math.max(1, Math.round(ttl * 1000)), longestTTLMs)
    this.#tables = quoteTables(options, dialect.quote)
    this.#statements = prepareStatements(dialect, this.#tables)
  }

  /** The statements that make the tables of a new database, for those who migrate by hand. @throws TypeError */
  static schemaSQL(dialect: SQLDialect, names: TableNames = {}): string {
    assertOptions('schemaSQL', names, nameTypes)
    const known = dialects[checkDialect(dialect, 'dialect must be one of')]
    checkNames(names, dialect)
    return schemaText(known, quoteTables(names, known.quote), { mariadb: dialect === 'mariadb', galera: false })
  }

  protected override async _open(): Promise<void> {
    const { url, sequelize, createTables = false } = this.#options
    const lease =
      sequelize === undefined ? await connectURL(url ?? '', this.#busyTimeoutMs) : connectSequelize(sequelize)
    try {
      await this.#persist(true, () =>
        lease.resource.once(this.#schemaKey, () => ensureSchema(lease.resource, this.#tables, createTables)),
      )
    } catch (error) {
      await lease.release()
      throw error
    }
    this.#lease = lease
  }

  protected override async _close(): Promise<void> {
    await this.#lease?.release()
  }

  protected override _mapError(error: unknown): SessionError | undefined {
    const mapped = mapError(error)
    if (mapped?.code === 'SESSION_SCHEMA_MISSING') this.#lease?.resource.forget(this.#schemaKey)
    return mapped
  }

  protected async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    const statement = limit === undefined ? this.#statements.all : this.#statements.newest
    const rows = await this.#select(statement, { id: sessionId, limit: limit ?? null })
    const records = rows.map(toRecord)
    return limit === undefined ? records : records.reverse()
  }

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const own = (this.#options.retries ?? 0) > 0 ? withOwnOperation(change) : undefined
    const result = await this.#persist(change.operation !== undefined || own !== undefined, () =>
      this.#commit(sessionId, own ?? change, own === undefined ? undefined : ownOperationMs),
    )
    return own !== undefined && result.status === 'duplicate' ? resultOf(change) : result
  }

  protected override _supports(condition: keyof ChangeConditions): boolean {
    return condition === 'maintain'
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    const [row] = await this.#select(this.#statements.info, { id: sessionId })
    return row && toInfo(row)
  }

  protected _list(filter: SessionFilter): AsyncIterable<SessionInfo> {
    return listSessions(filter, this.#statements, (statement, values) => this.#select(statement, values))
  }

  protected async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean> {
    return this.#persist(false, () =>
      this.#transaction((connection) =>
        eraseSession(new SessionRows(connection, this.#statements, sessionId), unchangedSince),
      ),
    )
  }

  protected override async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
    const unchanged = new Map(targets.map(({ sessionId, updatedAt }) => [sessionId, updatedAt.getTime()]))
    return this.#eraseSome([...unchanged.keys()], (row) => unchanged.get(row.sessionId) === row.updatedMs)
  }

  protected override async _purgeExpired(): Promise<number> {
    let purged = 0
    for (;;) {
      const rows = await this.#select(this.#statements.expired, { limit: someSessions })
      if (rows.length === 0) return purged
      const sessionIds = rows.map((row) => String(row.session_id))
      purged += await this.#eraseSome(sessionIds, (row) => row.expired)
    }
  }

  protected override _page(
    sessionId: string,
    cursor: string | undefined,
    size: number,
    places = false,
  ): Promise<RecordPage> {
    return readPage(this.#statements, (statement, values) => this.#select(statement, values), {
      sessionId,
      cursor,
      size,
      places,
    })
  }

  async #commit(sessionId: string, change: HistoryChange, operationMs: number | undefined): Promise<CommitResult> {
    if (await this.#appendAtOnce(sessionId, change, operationMs)) return { status: 'applied', dropped: [] }
    return this.#transaction((connection) => {
      const rows = new SessionRows(connection, this.#statements, sessionId)
      return applyChange(rows, change, { ttlMs: this.#ttlMs, operationMs })
    })
  }

  /** In one statement, where the dialect can and the change is just that. `false` where a transaction has to decide. */
  async #appendAtOnce(sessionId: string, change: HistoryChange, operationMs: number | undefined): Promise<boolean> {
    const { append: records = [], operation, expectTail = [], drop = 0, metadata } = change
    if (records.length === 0 || expectTail.length > 0 || drop !== 0 || metadata !== undefined) return false
    const { appendAtOnce, appendOperationAtOnce } = this.#statements
    const statement = operation === undefined ? appendAtOnce : appendOperationAtOnce
    if (statement === undefined) return false
    const values = bind(statement, {
      id: sessionId,
      records,
      ttl: this.#ttlMs ?? null,
      lockTimeout: String(this.#lockTimeoutMs),
      operation: operation?.id ?? null,
      fingerprint: operation?.fingerprint ?? null,
      operationMs: operationMs ?? null,
    })
    try {
      const { affected } = await this.#database.write((connection) => connection.run(statement, values))
      return affected > 0
    } catch (error) {
      if (isUniqueViolation(error)) return false
      throw error
    }
  }

  #eraseSome(sessionIds: readonly string[], isWanted: (row: ErasableRow) => boolean): Promise<number> {
    return eraseSome(sessionIds, isWanted, this.#statements, (work) =>
      this.#persist(false, () => this.#transaction(work)),
    )
  }

  async #select(statement: Statement, values: Readonly<Record<string, Value>>): Promise<readonly Row[]> {
    const { readFrom = 'primary' } = this.#options
    const bound = bind(statement, values)
    const { rows } = await this.#persist(true, () =>
      this.#database.read(readFrom, (connection) => connection.run(statement, bound)),
    )
    return rows
  }

  #transaction<T>(work: (connection: Connection) => Promise<Outcome<T>>): Promise<T> {
    return this.#database.transaction(this.#lockTimeoutMs, work)
  }

  #persist<T>(repeatable: boolean, work: () => Promise<T>): Promise<T> {
    return persist(work, { timeoutMs: this.#busyTimeoutMs, retries: this.#options.retries ?? 0, repeatable })
  }

  /** A store that may not make the tables must not decide for one that may. */
  get #schemaKey(): string {
    return `${this.#options.createTables === true} ${this.#tables.key}`
  }

  /** Where 0 would mean no limit at all. */
  get #lockTimeoutMs(): number {
    return Math.max(1, this.#busyTimeoutMs)
  }

  get #database(): Database {
    if (this.#lease === undefined) throw new Error('A hook was called before _open.')
    return this.#lease.resource
  }
}
