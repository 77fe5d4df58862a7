import {
  assertOptions,
  type ChangeConditions,
  type CommitResult,
  checkOperationTtl,
  type Decide,
  type DeleteTarget,
  type EntryQuery,
  type ForkRequest,
  type ForkResult,
  type HistoryChange,
  type KeptOperation,
  type LeaseResult,
  type LeaseSwap,
  type ListedSession,
  type ListingOptions,
  type LongCall,
  type ReadOptions,
  type RecordEntryPage,
  type RecordPage,
  type RestoredSession,
  type RestoreResult,
  type SessionError,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
} from '@sessions/core'
import type { Calls } from './calls.ts'
import { eraseSession, type WritePolicy } from './changes.ts'
import { type CommitPlace, changeIn, commitChange, decideIn, type SessionWork } from './commits.ts'
import type { Database } from './database.ts'
import { checkDialect, dialects, type SQLDialect } from './dialects/all.ts'
import { targetOf } from './engine.ts'
import { readEntries, type Select } from './entries.ts'
import { mapError } from './errors.ts'
import { copySession } from './forks.ts'
import { Leases } from './leases.ts'
import { listSessions, toInfo } from './listing.ts'
import { type Notices, noticesOf } from './notices.ts'
import { type Opened, openJoined, openStore } from './opened.ts'
import { checkStoreOptions, nameTypes, type SQLStoreOptions, ttlMsOf } from './options.ts'
import { maxOwnOperationMs, resultOf, withOwnOperation } from './own-operation.ts'
import { readPage, toRecord } from './pages.ts'
import { keptOperations, restoreSessions } from './restores.ts'
import { eraseUnchanged, purge } from './retention.ts'
import { SessionRows } from './rows.ts'
import { schemaText } from './schema.ts'
import { prepareStatements, type Statements } from './statements.ts'
import { checkNames, checkPartitions, quoteTables, type SchemaSQLOptions, type Tables, withSchema } from './tables.ts'
import type { SQLClient } from './using/caller-client.ts'
import { type Joined, join, withoutLeases } from './using/joined.ts'

export type { SQLDialect }

/**
 * Sessions in Postgres, MariaDB, MySQL or SQLite, in the tables of the OpenAI Agents SDK for Python.
 *
 * Every write keeps the row of its session to itself, so that ids and timestamps agree with the order of commits.
 *
 * @example
 * await using store = new SQLStore({ url: 'postgres://localhost/app', createTables: true })
 * await store.session('user_123').addItems([{ role: 'user', content: 'Hello' }])
 * for await (const { sessionId } of store.listSessions({ prefix: 'user_' })) console.log(sessionId)
 */
export class SQLStore extends SessionStore {
  readonly #options: SQLStoreOptions
  readonly #policy: WritePolicy
  readonly #tables: Tables
  readonly #statements: Statements
  /** Where others are told of changes. */
  readonly #notices: Notices | undefined
  #opened: Opened | undefined
  /** The transaction of the caller's that everything is part of. */
  #joined: Joined | undefined

  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: SQLStoreOptions) {
    checkStoreOptions(options)
    super()
    const { name, schema, dialect } = targetOf(options)
    const names = withSchema(options, schema)
    checkNames(names, name)
    this.#options = { ...options }
    this.#policy = { ttlMs: ttlMsOf(options), operationMs: checkOperationTtl(options.operationTtl) }
    this.#tables = quoteTables(names, dialect.quote)
    this.#statements = prepareStatements(dialect, this.#tables)
    this.#notices = noticesOf(options.notify, dialect, this.#tables)
  }

  /** The statements that make the tables of a new database, for those who migrate by hand. @throws TypeError or RangeError */
  static schemaSQL(dialect: SQLDialect, options: SchemaSQLOptions = {}): string {
    assertOptions('schemaSQL', options, { ...nameTypes, partitions: 'number' })
    const known = dialects[checkDialect(dialect, 'dialect must be one of')]
    const { partitions, ...names } = options
    checkNames(names, dialect)
    checkPartitions(partitions, names, dialect)
    const server = { mariadb: dialect === 'mariadb', galera: false }
    const from = { version: 0, isNew: true, ...(partitions !== undefined && { partitions }) }
    return schemaText(known, quoteTables(names, known.quote), server, from)
  }

  /**
   * A store whose writes are part of a transaction of yours: nothing is acknowledged for good before your COMMIT, and all is undone by
   * your ROLLBACK. Takes a `Client` of `pg` after `BEGIN`, a connection of `mariadb` or `mysql2/promise` in a transaction, a `Transaction` of Sequelize, or one of
   * PGlite. Each call stands between a savepoint and its release: one that fails is undone, and leaves your transaction usable where the
   * database does; it is tried once. Await each call before the next statement of your own and before COMMIT. Closing it leaves the client and this
   * store. Makes no tables; leases, and so `exclusive`, are refused (`SESSION_UNSUPPORTED`), as is every call while no transaction is open.
   * @throws TypeError for what is no client of this kind of database; SESSION_CLOSED after `close()`
   */
  using(client: SQLClient): SQLStore {
    this.records.assertOpen()
    const joined = join(client, targetOf(this.#options).name)
    const store = new SQLStore(this.#options)
    store.#joined = joined
    return store
  }

  protected override async _open(): Promise<void> {
    const unopened = { options: this.#options, tables: this.#tables, notices: this.#notices }
    this.#opened = await (this.#joined === undefined ? openStore(unopened) : openJoined(unopened, this.#joined))
  }

  protected override async _close(): Promise<void> {
    this.#opened?.listener?.close()
    await this.#opened?.lease.release()
  }

  protected override _mapError(error: unknown): SessionError | undefined {
    const mapped = mapError(error)
    if (mapped?.code === 'SESSION_SCHEMA_MISSING') this.#opened?.forgetSchema()
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
    const { ttlMs, operationMs: given } = this.#policy
    const operationMs = own === undefined ? given : Math.min(given, maxOwnOperationMs)
    const repeatable = change.operation !== undefined || own !== undefined
    const result = await this.#calls.write(sessionId, repeatable, (limits) =>
      commitChange(this.#place, limits, sessionId, own ?? change, { ttlMs, operationMs }),
    )
    return own !== undefined && result.status === 'duplicate' ? resultOf(change) : result
  }

  protected override _decide(sessionId: string, limit: number | undefined, decide: Decide): Promise<CommitResult> {
    return this.#calls.write(sessionId, false, (limits) =>
      decideIn(this.#place, limits, sessionId, limit, decide, this.#policy),
    )
  }

  protected override _supports(_condition: keyof ChangeConditions): boolean {
    return true
  }

  /** From the primary: what comes next may be a write that depends on an entry. */
  protected override _entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
    const select: Select = (statement, values) => this.#calls.select(statement, values, { latest: true })
    return readEntries(this.#statements, select, sessionId, query)
  }

  protected override _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
    return restoreSessions(this.#place, this.#calls, sessions)
  }

  protected override _operations(sessionId: string): Promise<KeptOperation[]> {
    return keptOperations(this.#statements, this.#calls, sessionId)
  }

  protected override _fork(request: ForkRequest): Promise<ForkResult> {
    return this.#change(request.to, false, (target, connection) => {
      const source = new SessionRows(connection, this.#statements, request.from)
      return copySession({ source, target }, request, this.#policy.ttlMs ?? null)
    })
  }

  protected override async _lease(sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult> {
    if (this.#joined !== undefined && swap !== undefined) throw withoutLeases()
    return this.#calls.try((limits) => new Leases(this.#database, this.#statements).step(limits, sessionId, swap))
  }

  protected override async _watch(sessionId: string, onChange: () => void): Promise<() => void> {
    return (await this.#ready.listener?.listen(sessionId, onChange)) ?? super._watch(sessionId, onChange)
  }

  protected async _info(sessionId: string, options: ReadOptions = {}): Promise<SessionInfo | undefined> {
    const [row] = await this.#calls.select(this.#statements.info, { id: sessionId }, options)
    return row && toInfo(row)
  }

  protected _list(filter: SessionFilter, options: ListingOptions): AsyncIterable<ListedSession> {
    const { byMinute } = this.#ready
    const select: Select = (statement, values) => this.#calls.select(statement, values, options)
    return listSessions(filter, { statements: this.#statements, select, count: options.count ?? true, byMinute })
  }

  protected async _delete(sessionId: string, unchangedSince?: Date, lease?: string): Promise<boolean | 'lost'> {
    return this.#change(sessionId, lease !== undefined, (rows) => eraseSession(rows, unchangedSince, lease))
  }

  protected override async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
    return eraseUnchanged(targets, this.#statements, (work) => this.#calls.changeSome(work))
  }

  protected override _purgeExpired(call: LongCall): Promise<number> {
    return purge(call, this.#statements, this.#ready)
  }

  protected override _page(
    sessionId: string,
    cursor: string | undefined,
    size: number,
    places = false,
  ): Promise<RecordPage> {
    const select: Select = (statement, values) => this.#calls.select(statement, values, { latest: places })
    return readPage(this.#statements, select, { sessionId, cursor, size, places })
  }

  /** A transaction of one session. */
  #change<T>(sessionId: string, keepsLease: boolean, work: SessionWork<T>): Promise<T> {
    return this.#calls.write(sessionId, false, (limits) => changeIn(this.#place, limits, sessionId, keepsLease, work))
  }

  get #place(): CommitPlace {
    return { database: this.#database, statements: this.#statements, notices: this.#notices }
  }

  get #calls(): Calls {
    return this.#ready.calls
  }

  get #database(): Database {
    return this.#ready.lease.resource
  }

  get #ready(): Opened {
    if (this.#opened === undefined) throw new Error('A hook was called before _open.')
    return this.#opened
  }
}
