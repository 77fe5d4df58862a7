import { type Lease, SessionError } from '@sessions/core'
import { whileBusy } from './busy.ts'
import { type Connection, connectDatabase, connectFile, connectMemory } from './connection.ts'
import { type SQLiteDatabase, toDatabase } from './database.ts'
import type { WriteAheadLog } from './log.ts'
import type { SQLiteStoreOptions } from './options.ts'
import type { Statements } from './statements.ts'
import { deriveNames } from './tables.ts'

interface Opened {
  readonly lease: Lease<Connection>
  readonly statements: Statements
}

/** A store's way to its database: opens it, notices when its file is gone, and waits while it is busy. */
export class Access {
  readonly #options: SQLiteStoreOptions
  readonly #busyTimeoutMs: number
  /** The caller's. */
  readonly #database: SQLiteDatabase | undefined
  #opened: Opened | undefined
  #reopening: Promise<Opened> | undefined

  /** With a path that is absolute. */
  constructor(options: SQLiteStoreOptions) {
    this.#options = options
    this.#busyTimeoutMs = options.busyTimeoutMs ?? 30_000
    this.#database = options.database && toDatabase(options.database)
  }

  async open(): Promise<void> {
    this.#opened = await this.#connect(false)
  }

  async close(): Promise<void> {
    await this.#opened?.lease.release()
  }

  /** Whether a database of the caller's was closed. */
  get isClosedByOwner(): boolean {
    return this.#database?.open === false
  }

  /** Runs one read. @throws SESSION_UNAVAILABLE where the file is gone or another */
  readonly read = <T>(work: (statements: Statements) => T): T | Promise<T> => {
    return this.#use(({ statements }) => whileBusy(this.#busyTimeoutMs, () => work(statements)))
  }

  /** Runs one write in a transaction that holds the write lock. @throws as `read` */
  readonly write = <T>(work: (statements: Statements, log: WriteAheadLog | undefined) => T): T | Promise<T> => {
    return this.#use(({ statements, lease: { resource } }) =>
      resource.queue.run(this.#busyTimeoutMs, () => resource.write(() => work(statements, resource.log))),
    )
  }

  /** Calls `onChange` soon after the session may have changed. What it gives ends it. @throws as `read` */
  watch(sessionId: string, onChange: () => void): (() => void) | Promise<() => void> {
    return this.#use(({ statements, lease: { resource } }) => {
      return whileBusy(this.#busyTimeoutMs, () => resource.watches.add(statements, sessionId, onChange))
    })
  }

  /** Tells those who watch the session over the same connection that it was written. */
  tell(sessionId: string): void {
    const opened = this.#opened
    opened?.lease.resource.watches.tell(opened.statements, sessionId)
  }

  /** Resolves when what was deleted is overwritten, unless another process was in the way. */
  async scrub(): Promise<void> {
    await this.#opened?.lease.resource.log?.empty()
  }

  #use<T>(work: (opened: Opened) => T | Promise<T>): T | Promise<T> {
    const opened = this.#opened
    return opened !== undefined && this.#isCurrent(opened) ? work(opened) : this.#reopened().then(work)
  }

  #isCurrent({ lease: { resource } }: Opened): boolean {
    return resource.files === undefined || resource.files.areAt(this.#options.path ?? '')
  }

  /** The call that notices fails, since what was written may be lost; the next one opens what is there then. */
  async #reopened(): Promise<Opened> {
    const stale = this.#opened
    if (stale !== undefined) {
      this.#opened = undefined
      await stale.lease.release()
      throw new SessionError(
        'SESSION_UNAVAILABLE',
        `The file ${this.#options.path}, or its log, was deleted, moved or replaced while it was open. Nothing was written.`,
      )
    }
    this.#reopening ??= this.#connect(true).finally(() => {
      this.#reopening = undefined
    })
    this.#opened = await this.#reopening
    return this.#opened
  }

  async #connect(mustExist: boolean): Promise<Opened> {
    const { path = ':memory:', synchronous = 'FULL', driver = 'better-sqlite3' } = this.#options
    const [database, busyTimeoutMs] = [this.#database, this.#busyTimeoutMs]
    const names = deriveNames(this.#options)
    const lease =
      database !== undefined
        ? await connectDatabase(database)
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
