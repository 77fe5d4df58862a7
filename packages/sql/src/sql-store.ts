import {
  assertOptions,
  type ChangeConditions,
  type CommitResult,
  checkOperationTtl,
  checkTimeout,
  type Decide,
  type DeleteTarget,
  type HistoryChange,
  type Lease,
  type LongCall,
  type ReadOptions,
  type RecordPage,
  type SessionError,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
} from '@sessions/core'
import { Calls } from './calls.ts'
import { applyChange, decideChange, eraseSession } from './changes.ts'
import type { Database } from './database.ts'
import { checkDialect, connectSequelize, connectURL, dialectOf, dialects, type SQLDialect } from './engine.ts'
import { isUniqueViolation, mapError } from './errors.ts'
import { type Limits, limitsFrom, lockTimeoutMs } from './limits.ts'
import { listSessions, toInfo } from './listing.ts'
import { checkStoreOptions, nameTypes, type SQLStoreOptions } from './options.ts'
import { maxOwnOperationMs, resultOf, withOwnOperation } from './own-operation.ts'
import { readPage, toRecord } from './pages.ts'
import { type ErasableRow, eraseExpired, eraseSome, purgeOperations, type Transact } from './retention.ts'
import { SessionRows } from './rows.ts'
import { ensureSchema, schemaText } from './schema.ts'
import { bind } from './statement.ts'
import { prepareStatements, type Statements } from './statements.ts'
import { checkNames, quoteTables, type TableNames, type Tables, withSchema } from './tables.ts'
import { parseURL } from './url/parse-url.ts'
import type { Target } from './url/target.ts'

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
  readonly #operationMs: number
  readonly #tables: Tables
  readonly #statements: Statements
  #opened: { lease: Lease<Database>; calls: Calls } | undefined

  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: SQLStoreOptions) {
    checkStoreOptions(options)
    super()
    const { url, sequelize, ttl, busyTimeoutMs = 30_000 } = options
    const target: Pick<Target, 'dialect' | 'schema'> =
      sequelize === undefined ? parseURL(url ?? '') : { dialect: dialectOf(sequelize) }
    const names = withSchema(options, target.schema)
    checkNames(names, target.dialect)
    const dialect = dialects[target.dialect]
    this.#options = { ...options }
    this.#busyTimeoutMs = busyTimeoutMs
    this.#ttlMs = ttl === undefined ? undefined : Math.min(Math.max(1, Math.round(ttl * 1000)), longestTTLMs)
    this.#operationMs = checkOperationTtl(options.operationTtl)
    this.#tables = quoteTables(names, dialect.quote)
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
    const { url = '', sequelize, createTables = false, readFrom = 'primary', retries = 0 } = this.#options
    const busyTimeoutMs = this.#busyTimeoutMs
    const timeoutMs = checkTimeout(this.#options)
    const longest = { busyTimeoutMs, lockTimeoutMs: lockTimeoutMs(limitsFrom(busyTimeoutMs, timeoutMs)) }
    const lease = sequelize === undefined ? await connectURL(url, longest) : connectSequelize(sequelize)
    const calls = new Calls(lease.resource, this.#tables.key, readFrom, { busyTimeoutMs, timeoutMs, retries })
    try {
      await calls.try((limits) =>
        lease.resource.once(this.#schemaKey, () => ensureSchema(lease.resource, limits, this.#tables, createTables)),
      )
    } catch (error) {
      await lease.release()
      throw error
    }
    this.#opened = { lease, calls }
  }

  protected override async _close(): Promise<void> {
    await this.#opened?.lease.release()
  }

  protected override _mapError(error: unknown): SessionError | undefined {
    const mapped = mapError(error)
    if (mapped?.code === 'SESSION_SCHEMA_MISSING') this.#opened?.lease.resource.forget(this.#schemaKey)
    return mapped
  }

  protected async _read(sessionId: string, limit: number | undefined, options: ReadOptions): Promise<string[]> {
    const statement = limit === undefined ? this.#statements.all : this.#statements.newest
    const rows = await this.#calls.select(statement, { id: sessionId, limit: limit ?? null }, options)
    const records = rows.map(toRecord)
    return limit === undefined ? records : records.reverse()
  }

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const own = (this.#options.retries ?? 0) > 0 ? withOwnOperation(change) : undefined
    const operationMs = own === undefined ? this.#operationMs : Math.min(this.#operationMs, maxOwnOperationMs)
    const repeatable = change.operation !== undefined || own !== undefined
    const result = await this.#calls.write(sessionId, repeatable, (limits) =>
      this.#commit(limits, sessionId, own ?? change, operationMs),
    )
    return own !== undefined && result.status === 'duplicate' ? resultOf(change) : result
  }

  protected override _decide(sessionId: string, limit: number | undefined, decide: Decide): Promise<CommitResult> {
    return this.#calls.change(sessionId, (connection) =>
      decideChange(new SessionRows(connection, this.#statements, sessionId), limit, decide, {
        ttlMs: this.#ttlMs,
        operationMs: this.#operationMs,
      }),
    )
  }

  protected override _supports(condition: keyof ChangeConditions): boolean {
    return condition === 'maintain'
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    const [row] = await this.#calls.select(this.#statements.info, { id: sessionId })
    return row && toInfo(row)
  }

  protected _list(filter: SessionFilter, options: ReadOptions): AsyncIterable<SessionInfo> {
    return listSessions(filter, this.#statements, (statement, values) => this.#calls.select(statement, values, options))
  }

  protected async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean> {
    return this.#calls.change(sessionId, (connection) =>
      eraseSession(new SessionRows(connection, this.#statements, sessionId), unchangedSince),
    )
  }

  protected override async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
    const unchanged = new Map(targets.map(({ sessionId, updatedAt }) => [sessionId, updatedAt.getTime()]))
    const isWanted = (row: ErasableRow): boolean => unchanged.get(row.sessionId) === row.updatedMs
    return eraseSome([...unchanged.keys()], isWanted, this.#statements, (work) => this.#calls.changeSome(work))
  }

  protected override async _purgeExpired(call: LongCall): Promise<number> {
    const transact: Transact = (work) => this.#calls.changeSome(work)
    const erased = await eraseExpired(
      call,
      this.#statements,
      (statement, values) => this.#calls.select(statement, values, { latest: true }),
      transact,
    )
    await purgeOperations(call, erased, this.#statements, transact)
    return erased
  }

  protected override _page(
    sessionId: string,
    cursor: string | undefined,
    size: number,
    places = false,
  ): Promise<RecordPage> {
    return readPage(
      this.#statements,
      (statement, values) => this.#calls.select(statement, values, { latest: places }),
      {
        sessionId,
        cursor,
        size,
        places,
      },
    )
  }

  async #commit(limits: Limits, sessionId: string, change: HistoryChange, operationMs: number): Promise<CommitResult> {
    if (await this.#appendAtOnce(limits, sessionId, change, operationMs)) return { status: 'applied', dropped: [] }
    return this.#database.transaction(limits, (connection) => {
      const rows = new SessionRows(connection, this.#statements, sessionId)
      return applyChange(rows, change, { ttlMs: this.#ttlMs, operationMs })
    })
  }

  /** In one statement, where the dialect can and the change is just that. `false` where a transaction has to decide. */
  async #appendAtOnce(limits: Limits, sessionId: string, change: HistoryChange, operationMs: number): Promise<boolean> {
    const { append: records = [], operation, expectTail = [], drop = 0, clear, metadata } = change
    const removes = drop !== 0 || clear === true
    if (records.length === 0 || expectTail.length > 0 || removes || metadata !== undefined) return false
    const { appendAtOnce, appendOperationAtOnce } = this.#statements
    const statement = operation === undefined ? appendAtOnce : appendOperationAtOnce
    if (statement === undefined) return false
    const values = bind(statement, {
      id: sessionId,
      records,
      ttl: this.#ttlMs ?? null,
      lockTimeout: String(lockTimeoutMs(limits)),
      operation: operation?.id ?? null,
      fingerprint: operation?.fingerprint ?? null,
      operationMs,
    })
    try {
      const { affected } = await this.#database.write(limits, (connection) => connection.run(statement, values))
      return affected > 0
    } catch (error) {
      if (isUniqueViolation(error)) return false
      throw error
    }
  }

  /** A store that may not make the tables must not decide for one that may. */
  get #schemaKey(): string {
    return `${this.#options.createTables === true} ${this.#tables.key}`
  }

  get #calls(): Calls {
    return this.#ready.calls
  }

  get #database(): Database {
    return this.#ready.lease.resource
  }

  get #ready(): { lease: Lease<Database>; calls: Calls } {
    if (this.#opened === undefined) throw new Error('A hook was called before _open.')
    return this.#opened
  }
}
