import { resolve } from 'node:path'
import {
  type ChangeConditions,
  type CommitResult,
  checkOperationTtl,
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
  matchesFilter,
  placeOf,
  type RecordEntryPage,
  type RecordPage,
  type RestoredSession,
  type RestoreResult,
  SessionError,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
  systemClock,
  type WholeRead,
  yieldIfLong,
} from '@sessions/core'
import { Access } from './access.ts'
import { applyChange, lengthOf, readIfAlive, removes, type WritePolicy } from './changes.ts'
import { knownConditions } from './conditions.ts'
import type { AnySQLiteDatabase } from './database.ts'
import { lowestId, readEntries } from './entries.ts'
import { mapError } from './errors.ts'
import { forkSession } from './fork.ts'
import { explain, withoutBranches, withoutLeases } from './joined.ts'
import { readLease, swapLease } from './leases.ts'
import { listIds } from './listing.ts'
import { checkStoreOptions, type SQLiteStoreOptions } from './options.ts'
import { keptOperations, restoreSession } from './restore.ts'
import { eraseEach, eraseOne, purgeExpired } from './retention.ts'
import { headOf, infoOf } from './session-info.ts'
import { wholeSessions } from './whole.ts'

/**
 * Sessions in one SQLite database, in the tables of the OpenAI Agents SDK for Python.
 *
 * Every write is one `BEGIN IMMEDIATE` transaction. Stores on one path share the process's connection to that file.
 * @example const store = new SQLiteStore({ path: 'conversations.db', ttl: 30 * 24 * 3600 }) // seconds
 */
export class SQLiteStore extends SessionStore {
  readonly #options: SQLiteStoreOptions
  #access: Access
  readonly #policy: WritePolicy

  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: SQLiteStoreOptions = {}) {
    checkStoreOptions(options)
    super()
    // A relative path means the folder that the process is in now, not the one at first use.
    const onDisk = options.path !== undefined && options.path !== ':memory:'
    this.#options = onDisk ? { ...options, path: resolve(options.path ?? '') } : { ...options }
    this.#access = new Access(this.#options)
    this.#policy = {
      ttlMs: options.ttl === undefined ? undefined : Math.max(1, Math.round(options.ttl * 1000)),
      operationMs: checkOperationTtl(options.operationTtl),
    }
  }

  /**
   * A store whose writes are part of a transaction of yours on the same file: nothing is there for good before your COMMIT, and all is
   * undone by your ROLLBACK. Takes a better-sqlite3 `Database`, a `DatabaseSync` of `node:sqlite` or a `Database` of `bun:sqlite`. Each call stands between a
   * savepoint and its release: one that fails is undone, and leaves the transaction as it was; it is tried once. Await each call before COMMIT.
   * Closing it leaves the database and this store. Makes no tables; leases, and so `exclusive`, are refused (`SESSION_UNSUPPORTED`), as is every
   * call while no transaction is open.
   * @throws TypeError for what is no database of these drivers; SESSION_CLOSED after `close()`; SESSION_UNSUPPORTED with the option `branch`
   */
  using(database: AnySQLiteDatabase): SQLiteStore {
    this.records.assertOpen()
    if (typeof database !== 'object' || database === null)
      throw new TypeError('using() takes a database of the caller.')
    const { path: _, driver: __, ...options } = this.#options
    if (options.branch !== undefined) throw withoutBranches()
    const store = new SQLiteStore({ ...options, database })
    store.#access = new Access(store.#options, true)
    return store
  }

  protected override async _open(): Promise<void> {
    await this.#access.open()
  }

  protected override async _close(): Promise<void> {
    await this.#access.close()
  }

  protected override _mapError(error: unknown): SessionError | undefined {
    if (this.#access.isClosedByOwner) {
      return new SessionError('SESSION_UNAVAILABLE', 'The database was closed by its owner.', { cause: error })
    }
    const { joined } = this.#access
    return joined === undefined ? mapError(error) : explain(error, joined)
  }

  protected async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    return this.#access.read((statements) => {
      const statement = limit === undefined ? statements.all : statements.newest
      const records = readIfAlive(statements, sessionId, this.#now(), (time) => {
        return statement.all(sessionId, sessionId, time, limit ?? -1) as string[]
      })
      return limit === undefined ? records : records.reverse()
    }, sessionId)
  }

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const result = await this.#access.commit(sessionId, lengthOf(change), (statements, log) => {
      const applied = applyChange(statements, sessionId, change, this.#now(), this.#policy)
      if (removes(change)) log?.emptyLater()
      return applied
    })
    this.#access.tell(sessionId)
    // Whoever clears a history wants it gone, from the disk too.
    if (change.clear === true) await this.#access.scrub()
    return result
  }

  protected override _supports(condition: keyof ChangeConditions): boolean {
    return knownConditions.includes(condition)
  }

  protected override async _entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
    return this.#access.read(
      (statements) =>
        readEntries(query, sessionId, (statement, ...parameters) => {
          const limit = parameters.pop()
          return readIfAlive(statements, sessionId, this.#now(), (time) => {
            return statements[statement].all(...parameters, sessionId, time, limit)
          })
        }),
      sessionId,
    )
  }

  protected override async _fork(request: ForkRequest): Promise<ForkResult> {
    const result = await this.#access.write((statements) => forkSession(statements, request, this.#now(), this.#policy))
    this.#access.tell(request.to)
    return result
  }

  protected override async _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
    const results = await this.#access.write((statements, log) => {
      if (sessions.some(({ over }) => over?.keeps === false)) log?.emptyLater()
      return sessions.map((session) => restoreSession(statements, session, this.#now()))
    })
    for (const { sessionId } of sessions) this.#access.tell(sessionId)
    return results
  }

  protected override async _operations(sessionId: string): Promise<KeptOperation[]> {
    return this.#access.read((statements) => keptOperations(statements, sessionId, this.#now()))
  }

  protected override async _whole(sessionIds: readonly string[], most: number): Promise<WholeRead[]> {
    return this.#access.readAtOnce((statements) => wholeSessions(statements, sessionIds, most, this.#now()))
  }

  protected override async _lease(sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult> {
    const found = await this.#access.read((statements) => readLease(statements, sessionId, this.#now()), sessionId)
    // Whoever waits asks often, and needs no lock for that.
    if (swap === undefined || swap.expect !== found.version) return found
    if (this.#access.joined !== undefined) throw withoutLeases()
    return this.#access.write((statements) => swapLease(statements, sessionId, swap, this.#now()), sessionId)
  }

  protected override _watch(sessionId: string, onChange: () => void): (() => void) | Promise<() => void> {
    return this.#access.watch(sessionId, onChange)
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    return this.#access.read((statements) => infoOf(statements, sessionId, this.#now()), sessionId)
  }

  /** Reads each session as it is when its turn comes. */
  protected async *_list(filter: SessionFilter, { count = true }: ListingOptions): AsyncIterable<ListedSession> {
    let left = filter.limit ?? Infinity
    for await (const sessionId of listIds(filter, this.#now(), this.#access.read)) {
      await yieldIfLong()
      const info = await this.#access.read((statements) => {
        return count ? infoOf(statements, sessionId, this.#now()) : headOf(statements, sessionId, this.#now())
      }, sessionId)
      if (info === undefined || !matchesFilter(info, filter)) continue
      yield info
      if (--left <= 0) return
    }
  }

  protected override _listIds(filter: SessionFilter): AsyncIterable<string> {
    return listIds(filter, this.#now(), this.#access.read)
  }

  protected async _delete(sessionId: string, unchangedSince?: Date, lease?: string): Promise<boolean | 'lost'> {
    const condition = { ...(unchangedSince && { updatedAt: unchangedSince }), ...(lease !== undefined && { lease }) }
    return eraseOne(this.#access, { sessionId, ...condition }, () => this.#now())
  }

  protected override async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
    return eraseEach(this.#access, targets, () => this.#now())
  }

  protected override async _purgeExpired(call: LongCall): Promise<number> {
    return purgeExpired(this.#access, this.#now(), call)
  }

  /** A record that is gone took everything after it along, unless it was removed by maintenance: then the caller reads again. */
  protected override async _page(
    sessionId: string,
    cursor: string | undefined,
    size: number,
    places?: boolean,
  ): Promise<RecordPage> {
    const from = cursor ?? lowestId
    const limit = cursor === undefined ? size : size + 1
    const rows = await this.#access.read(
      (statements) =>
        readIfAlive(statements, sessionId, this.#now(), (time) => {
          return statements.page.all(sessionId, from, sessionId, time, limit) as { id: string; record: string }[]
        }),
      sessionId,
    )
    const next = rows.length === limit ? { next: rows.at(-1)?.id ?? '' } : {}
    if (cursor !== undefined && rows.shift()?.id !== from) {
      throw new SessionError('SESSION_CONFLICT', 'Items that were already read were removed meanwhile. Read again.')
    }
    const records = rows.map(({ record }) => record)
    return { records, ...(places && { places: rows.map(({ id, record }) => placeOf(id, record)) }), ...next }
  }

  /** Whole milliseconds, as a `Date` holds them. All processes that use a file share the machine's clock. */
  #now(): number {
    return Math.floor((this.#options.clock ?? systemClock).now())
  }
}
