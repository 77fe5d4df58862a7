/// <reference lib="esnext.disposable" preserve="true" />
import type { AgentInputItem } from './agent-input-item.ts'
import type { SessionError } from './errors/session-error.ts'
import { closing, guarded } from './guarded.ts'
import { type CommitResult, checkChange, type HistoryChange, writes } from './history-change.ts'
import { Lifecycle } from './lifecycle.ts'
import { describe } from './plain-data.ts'
import { checkDate, checkFilter, hasCriterion, type SessionFilter, type SessionInfo } from './session-filter.ts'
import type { DeleteTarget, ReadOptions, RecordPage } from './store-types.ts'
import { StoredSession, type StoredSessionOptions } from './stored-session.ts'
import { assertId, assertOptions, checkLimit } from './validate.ts'

/** How many sessions `deleteSessions` hands to an adapter at a time. */
const deleteBatchSize = 500

/**
 * Many sessions on one connection, as logs of opaque records. An adapter writes the hooks below; codecs, items and the
 * SDK's history transactions come with `session()`.
 *
 * Hooks get checked arguments, run only while the store is open, and may throw whatever the driver throws. Public methods
 * reject with `SESSION_CLOSED` after `close()`, and with `SESSION_UNAVAILABLE`, `SESSION_BUSY` or `SESSION_BACKEND` where
 * the backend fails.
 */
export abstract class SessionStore implements AsyncDisposable {
  readonly #lifecycle: Lifecycle = new Lifecycle({
    of: 'store',
    open: () => this._open(),
    close: () =>
      closing(
        () => this._close(),
        (error) => this._mapError(error),
      ),
    closeUnopened: () => closing(() => this._closeUnopened()),
  })

  /** A handle of one session. It does no I/O and costs next to nothing; closing it leaves the store open. */
  session<TItem extends object = AgentInputItem>(
    sessionId: string,
    options?: Omit<StoredSessionOptions<TItem>, 'ownsStore'>,
  ): StoredSession<TItem> {
    return new StoredSession<TItem>(this, sessionId, options)
  }

  /**
   * The sessions that match, newest `updatedAt` first, each once. A session changed while this runs comes at its old place
   * or not at all. @throws TypeError or RangeError that names the criterion, at once
   * @param options - for wrappers
   */
  listSessions(filter: SessionFilter = {}, options: ReadOptions = {}): AsyncIterable<SessionInfo> {
    const checked = checkFilter(filter)
    return this.#iterate('listSessions', () =>
      checked.limit !== undefined && checked.limit <= 0 ? nothing() : this._list(checked, options),
    )
  }

  /** `undefined` where there is no such session. */
  async getSessionInfo(sessionId: string): Promise<SessionInfo | undefined> {
    assertId(sessionId, 'sessionId')
    return await this.#run('getSessionInfo', sessionId, () => this._info(sessionId))
  }

  /**
   * Removes a session with all that belongs to it; with `unchangedSince`, an `updatedAt` that was read before, only if the
   * session was not changed since. Whether one was removed.
   */
  async deleteSession(sessionId: string, options: { unchangedSince?: Date } = {}): Promise<boolean> {
    assertId(sessionId, 'sessionId')
    assertOptions('deleteSession', options, { unchangedSince: 'object' })
    const since = options.unchangedSince && checkDate(options.unchangedSince, 'unchangedSince')
    return await this.#run('deleteSession', sessionId, () => this._delete(sessionId, since))
  }

  /**
   * Removes the sessions that match, except those that change meanwhile, and clears expired ones from the disk.
   * Resolves to how many were removed, expired ones not counted.
   * @throws TypeError without a criterion: nobody empties a store by a forgotten filter
   */
  async deleteSessions(filter: SessionFilter): Promise<number> {
    const checked = checkFilter(filter)
    if (!hasCriterion(checked)) {
      throw new TypeError('deleteSessions needs a criterion: prefix, updatedBefore, updatedAfter or metadata.')
    }
    await this.#run('purgeExpired', undefined, () => this._purgeExpired())
    let deleted = 0
    let batch: DeleteTarget[] = []
    const flush = async (): Promise<void> => {
      const targets = batch
      batch = []
      deleted += await this.#run('deleteSessions', undefined, () => this._deleteUnchanged(targets))
    }
    for await (const { sessionId, updatedAt } of this.listSessions(checked, { latest: true })) {
      if (batch.push({ sessionId, updatedAt }) === deleteBatchSize) await flush()
    }
    if (batch.length > 0) await flush()
    return deleted
  }

  /** Removes what a ttl has ended from the disk; it is gone from every read already. Resolves to the number of sessions. */
  async purgeExpired(): Promise<number> {
    return await this.#run('purgeExpired', undefined, async () => {
      const sessions = await this._purgeExpired()
      await this._purgeExpiredItems()
      return sessions
    })
  }

  /** The newest `limit` records, oldest first; all without a limit. What a codec has not decoded yet: for wrappers. */
  async read(sessionId: string, limit?: number, options: ReadOptions = {}): Promise<string[]> {
    assertId(sessionId, 'sessionId')
    const checked = checkLimit(limit)
    return await this.#run('read', sessionId, () =>
      checked !== undefined && checked <= 0 ? [] : this._read(sessionId, checked, options),
    )
  }

  /** One atomic write of records: for wrappers. */
  async commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    assertId(sessionId, 'sessionId')
    const checked = checkChange(change)
    return await this.#run('commit', sessionId, () => this.#commit(sessionId, checked))
  }

  /**
   * All records, oldest first, in pages of about `size`: for wrappers. @throws SESSION_CONFLICT where records that were
   * already handed out are removed meanwhile, since the rest would not continue them
   */
  pages(sessionId: string, size: number): AsyncIterable<string[]> {
    assertId(sessionId, 'sessionId')
    if (!Number.isSafeInteger(size) || size <= 0) {
      throw new RangeError(
        `pageSize must be a positive integer, not ${typeof size === 'number' ? size : describe(size)}.`,
      )
    }
    return this.#iterate('items', () => this._pages(sessionId, size), sessionId)
  }

  /** For sessions that have nothing to ask the store. @throws SESSION_CLOSED after `close()` */
  assertOpen(): void {
    this.#lifecycle.assertOpen()
  }

  /** Lets the calls under way finish, then frees what the store opened itself. Final, and the same however often it is called. */
  close(): Promise<void> {
    return this.#lifecycle.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The newest `limit` records, oldest first; all where `limit` is `undefined`. Creates nothing. */
  protected abstract _read(sessionId: string, limit: number | undefined, options: ReadOptions): Promise<string[]>
  /**
   * One atomic write, as {@link HistoryChange} says. Creates the session only where `writes(change)`; where nothing is dropped
   * either, changes nothing, `updatedAt` included, and is `applied`. A metadata key that is `undefined` counts as written.
   */
  protected abstract _commit(sessionId: string, change: HistoryChange): Promise<CommitResult>
  /** `undefined` where there is no such session. Creates nothing. */
  protected abstract _info(sessionId: string): Promise<SessionInfo | undefined>
  /**
   * What matches, newest `updatedAt` first, each session once; `limit` is positive. Without this ability, throw
   * `SESSION_UNSUPPORTED`.
   */
  protected abstract _list(filter: SessionFilter, options: ReadOptions): AsyncIterable<SessionInfo>
  /** With `unchangedSince`, only if `updatedAt` is still that. Whether a session was removed. */
  protected abstract _delete(sessionId: string, unchangedSince?: Date): Promise<boolean>
  /** Many at once, for a backend that can do better than one by one. Resolves to how many were removed. */
  protected async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
    let deleted = 0
    for (const { sessionId, updatedAt } of targets) {
      if (await this._delete(sessionId, updatedAt)) deleted++
    }
    return deleted
  }
  /** For a backend that keeps what has expired until told. */
  protected async _purgeExpired(): Promise<number> {
    return 0
  }
  /** For a wrapper whose items expire one by one. Not called by `deleteSessions`, which need not be able to read items. */
  protected async _purgeExpiredItems(): Promise<void> {}
  /**
   * About `size` records from `cursor` on, oldest first; from the start without one. Without this hook `items()` reads all
   * at once. @throws SESSION_CONFLICT where the record before `cursor` is no longer there
   */
  protected _page?(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage>
  /** What `_page` gives, page after page. For a wrapper, which goes through the pages of another store. */
  protected async *_pages(sessionId: string, size: number): AsyncIterable<string[]> {
    if (this._page === undefined) {
      yield await this._read(sessionId, undefined, {})
      return
    }
    let cursor: string | undefined
    do {
      const page: RecordPage = await this._page(sessionId, cursor, size)
      yield page.records
      cursor = page.next
    } while (cursor !== undefined)
  }
  /** Called before the first use, again on the next use if it fails, never twice at once. */
  protected async _open(): Promise<void> {}
  /** Called once, after the last call has finished, if the store was opened. */
  protected async _close(): Promise<void> {}
  /** Called instead where the store was never opened: for a wrapper that holds something from the start. */
  protected async _closeUnopened(): Promise<void> {}
  /** What the driver's error means, by its code; `undefined` becomes `SESSION_BACKEND`. */
  protected _mapError(_error: unknown): SessionError | undefined {
    return undefined
  }

  /** Runs further public methods of a subclass as the ones above run: while open, with errors that name the call. */
  protected run<T>(operation: string, sessionId: string | undefined, work: () => T | Promise<T>): Promise<T> {
    return this.#run(operation, sessionId, work)
  }

  #commit(sessionId: string, change: HistoryChange): CommitResult | Promise<CommitResult> {
    const idle = !writes(change) && (change.drop ?? 0) === 0 && change.expectTail === undefined
    return idle ? { status: 'applied', dropped: [] } : this._commit(sessionId, change)
  }

  #run<T>(operation: string, sessionId: string | undefined, work: () => T | Promise<T>): Promise<T> {
    const call = sessionId === undefined ? { operation } : { operation, sessionId }
    return guarded(this.#lifecycle, call, work, (error) => this._mapError(error))
  }

  /** Each step is a call of its own, so that the consumer may pause as long as it likes, or close the store. */
  async *#iterate<T>(operation: string, start: () => AsyncIterable<T>, sessionId?: string): AsyncIterable<T> {
    const iterator = await this.#run(operation, sessionId, () => start()[Symbol.asyncIterator]())
    try {
      for (;;) {
        const step = await this.#run(operation, sessionId, () => iterator.next())
        if (step.done === true) return
        yield step.value
      }
    } finally {
      await iterator.return?.()
    }
  }
}

async function* nothing(): AsyncIterable<never> {}
