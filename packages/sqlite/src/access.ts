import { type CommitResult, type Lease, SessionError } from '@sessions/core'
import { whileBusy } from './busy.ts'
import { type Connection, connectDatabase, connectFile, connectMemory, joinDatabase } from './connection.ts'
import { type SQLiteDatabase, toDatabase } from './database.ts'
import { FilesGone } from './group.ts'
import { assertTransaction } from './joined.ts'
import type { WriteAheadLog } from './log.ts'
import type { SQLiteStoreOptions } from './options.ts'
import type { Statements } from './statements.ts'
import { deriveNames } from './tables.ts'

interface Opened {
  readonly lease: Lease<Connection>
  readonly statements: Statements
}

type Work<T> = (statements: Statements, log: WriteAheadLog | undefined) => T

/** A store's way to its database: opens it, notices when its file is gone, and waits while it is busy. */
export class Access {
  readonly #options: SQLiteStoreOptions
  readonly #busyTimeoutMs: number
  readonly #path: string
  /** The caller's. */
  readonly #database: SQLiteDatabase | undefined
  /** Whether it is part of transactions that the caller begins and ends. */
  readonly #isJoined: boolean
  #opened: Opened | undefined
  #reopening: Promise<Opened> | undefined

  /** With a path that is absolute. */
  constructor(options: SQLiteStoreOptions, isJoined: boolean = false) {
    this.#options = options
    this.#isJoined = isJoined
    // Within a transaction, nothing is tried again: the database waits by itself, as long as its owner says.
    this.#busyTimeoutMs = isJoined ? 0 : (options.busyTimeoutMs ?? 30_000)
    this.#path = options.path ?? ':memory:'
    this.#database = options.database && toDatabase(options.database)
  }

  async open(): Promise<void> {
    this.#opened = await this.#connect(false)
  }

  async close(): Promise<void> {
    await this.#opened?.lease.release()
  }

  /** The database in whose transactions it is, where that is so. */
  get joined(): SQLiteDatabase | undefined {
    return this.#isJoined ? this.#database : undefined
  }

  /** Whether a database of the caller's was closed. */
  get isClosedByOwner(): boolean {
    return this.#database?.open === false
  }

  /**
   * Runs one read, of one session or of many, after what was called before it.
   * @throws SESSION_UNAVAILABLE where the file is gone or another
   */
  readonly read = <T>(work: (statements: Statements) => T, sessionId?: string): T | Promise<T> => {
    return this.#use(({ statements, lease: { resource } }) => {
      resource.group.flush(sessionId)
      return whileBusy(this.#busyTimeoutMs, () => work(statements))
    })
  }

  /** Runs several reads that see one state of the database. @throws as `read` */
  readAtOnce<T>(work: (statements: Statements) => T): T | Promise<T> {
    return this.#use(({ statements, lease: { resource } }) => {
      resource.group.flush()
      return whileBusy(this.#busyTimeoutMs, () => resource.readAtOnce(() => work(statements)))
    })
  }

  /** Runs one write in a transaction that holds the write lock. @throws as `read` */
  readonly write = <T>(work: Work<T>, sessionId?: string): T | Promise<T> => {
    return this.#use(({ statements, lease: { resource } }) => {
      resource.group.flush(sessionId)
      return resource.queue.run(this.#busyTimeoutMs, () => resource.write(() => work(statements, resource.log)))
    })
  }

  /**
   * The same for one change, in a transaction with others where several come in one turn of the event loop.
   * @param length - of what it writes, in UTF-16 units
   * @throws as `read`
   */
  commit(sessionId: string, length: number, work: Work<CommitResult>): CommitResult | Promise<CommitResult> {
    const opened = this.#opened
    if (opened === undefined) return this.#reopened().then(() => this.commit(sessionId, length, work))
    const { statements, lease } = opened
    const { group, log } = lease.resource
    const member = { busyTimeoutMs: this.#busyTimeoutMs, path: this.#path, work: () => work(statements, log) }
    const refuse = (error: unknown): Promise<never> => {
      if (error instanceof FilesGone) return this.#lose(opened)
      throw error
    }
    try {
      const result = group.add(sessionId, member, length)
      return result instanceof Promise ? result.catch(refuse) : result
    } catch (error) {
      return refuse(error)
    }
  }

  /** Calls `onChange` soon after the session may have changed. What it gives ends it. @throws as `read` */
  watch(sessionId: string, onChange: () => void): (() => void) | Promise<() => void> {
    if (this.#isJoined) return () => {}
    return this.#use(({ statements, lease: { resource } }) => {
      resource.group.flush(sessionId)
      return whileBusy(this.#busyTimeoutMs, () => resource.watches.add(statements, sessionId, onChange))
    })
  }

  /** Tells those who watch the session over the same connection that it was written. */
  tell(sessionId: string): void {
    // Nobody is to look at what may be undone.
    if (this.#isJoined) return
    const opened = this.#opened
    opened?.lease.resource.watches.tell(opened.statements, sessionId)
  }

  /** Resolves when what was deleted is overwritten, unless another process was in the way. */
  async scrub(): Promise<void> {
    await this.#opened?.lease.resource.log?.empty()
  }

  #use<T>(work: (opened: Opened) => T | Promise<T>): T | Promise<T> {
    const opened = this.#opened
    if (opened === undefined) return this.#reopened().then(work)
    if (this.#isJoined) assertTransaction(opened.lease.resource.database)
    return opened.lease.resource.isAt(this.#path) ? work(opened) : this.#lose(opened)
  }

  /** The call that notices fails, since what was written may be lost; the next one opens what is there then. */
  async #lose(stale: Opened): Promise<never> {
    if (this.#opened === stale) {
      this.#opened = undefined
      await stale.lease.release()
    }
    throw new SessionError(
      'SESSION_UNAVAILABLE',
      `The file ${this.#path}, or its log, was deleted, moved or replaced while it was open. Nothing was written.`,
    )
  }

  async #reopened(): Promise<Opened> {
    this.#reopening ??= this.#connect(true).finally(() => {
      this.#reopening = undefined
    })
    this.#opened = await this.#reopening
    return this.#opened
  }

  async #connect(mustExist: boolean): Promise<Opened> {
    const { synchronous = 'FULL', driver = 'better-sqlite3' } = this.#options
    const [path, database, busyTimeoutMs] = [this.#path, this.#database, this.#busyTimeoutMs]
    const names = deriveNames(this.#options)
    const lease =
      database !== undefined
        ? await (this.#isJoined ? joinDatabase : connectDatabase)(database)
        : path === ':memory:'
          ? await connectMemory(driver)
          : await connectFile({ path, driver, synchronous, busyTimeoutMs, mustExist, names })
    try {
      return { lease, statements: await lease.resource.statements(names, busyTimeoutMs) }
    } catch (error) {
      await lease.release()
      throw error
    }
  }
}
