/// <reference lib="esnext.disposable" preserve="true" />
import { closing, guarded } from '../call/guarded.ts'
import { Lifecycle } from '../call/lifecycle.ts'
import { assertId, assertOptions } from '../call/validate.ts'
import { RecordAccess } from './record-access.ts'
import { checkDate, checkFilter, hasCriterion, type SessionFilter, type SessionInfo } from './session-filter.ts'
import { type DeleteTarget, StoreHooks } from './store-hooks.ts'

/** How many sessions `deleteSessions` hands to an adapter at a time. */
const deleteBatchSize = 500

/**
 * Many sessions on one connection, as logs of opaque records: what a `SessionStore` is without its sessions.
 *
 * Public methods reject with `SESSION_CLOSED` after `close()`, and with `SESSION_UNAVAILABLE`, `SESSION_BUSY` or
 * `SESSION_BACKEND` where the backend fails.
 */
export abstract class RecordStore extends StoreHooks implements AsyncDisposable {
  readonly #lifecycle: Lifecycle = new Lifecycle({
    of: 'store',
    open: () => this._open(),
    closing: () => this._closing(),
    close: () =>
      closing(
        () => this._close(),
        (error) => this._mapError(error),
      ),
    closeUnopened: () => closing(() => this._closeUnopened()),
  })

  /** The records beneath the items: for wrappers. */
  readonly records: RecordAccess = new RecordAccess({
    read: (sessionId, limit) => this._read(sessionId, limit),
    commit: (sessionId, change) => this._commit(sessionId, change),
    supports: (condition) => this._supports(condition),
    page: async (sessionId, cursor, size) =>
      this._page?.(sessionId, cursor, size, true) ?? { records: await this._read(sessionId, undefined) },
    pages: (sessionId, size) => this._pages(sessionId, size),
    run: (operation, sessionId, work) => this.#run(operation, sessionId, work),
    iterate: (operation, sessionId, start) => this.#iterate(operation, start, sessionId),
    assertOpen: () => this.#lifecycle.assertOpen(),
  })

  /**
   * The sessions that match, newest `updatedAt` first, each once. A session changed while this runs comes at its old place
   * or not at all. @throws TypeError or RangeError that names the criterion, at once
   */
  listSessions(filter: SessionFilter = {}): AsyncIterable<SessionInfo> {
    const checked = checkFilter(filter)
    return this.#iterate('listSessions', () =>
      checked.limit !== undefined && checked.limit <= 0 ? nothing() : this._list(checked),
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
    for await (const { sessionId, updatedAt } of this.listSessions(checked)) {
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

  /** Lets the calls under way finish, then frees what the store opened itself. Final, and the same however often it is called. */
  close(): Promise<void> {
    return this.#lifecycle.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Runs further public methods of a subclass as the ones above run: while open, with errors that name the call. */
  protected run<T>(operation: string, sessionId: string | undefined, work: () => T | Promise<T>): Promise<T> {
    return this.#run(operation, sessionId, work)
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
