/// <reference lib="esnext.disposable" preserve="true" />
import { yieldIfLong } from '../call/event-loop.ts'
import { closing, guarded, guardedIteration, unchecked } from '../call/guarded.ts'
import { Lifecycle } from '../call/lifecycle.ts'
import { assertId, assertOptions } from '../call/validate.ts'
import type { SessionError } from '../errors/session-error.ts'
import type { Call } from '../errors/translate.ts'
import { RecordAccess, type RecordSource } from './record-access.ts'
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
    owner: this,
    open: () => this._open(),
    closing: () => this._closing(),
    close: () =>
      closing(
        () => this._close(),
        (error) => this._mapError(error),
      ),
    closeUnopened: () => closing(() => this._closeUnopened()),
  })

  #held: RecordSource | undefined

  /** The records beneath the items: for wrappers. */
  readonly records: RecordAccess = new RecordAccess(this.#source(false))

  /**
   * The sessions that match, newest `updatedAt` first, each once. A session changed while this runs comes at its old place
   * or not at all. @throws TypeError or RangeError that names the criterion, at once
   */
  listSessions(filter: SessionFilter = {}): AsyncIterable<SessionInfo> {
    const check = (): SessionFilter => checkFilter(filter)
    return this.#iterate('listSessions', undefined, check, (checked) => this.#list(checked))
  }

  /** `undefined` where there is no such session. */
  async getSessionInfo(sessionId: string): Promise<SessionInfo | undefined> {
    const check = (): void => assertId(sessionId, 'sessionId')
    return await this.#run('getSessionInfo', sessionId, check, () => this._info(sessionId))
  }

  /**
   * Removes a session with all that belongs to it; with `unchangedSince`, an `updatedAt` that was read before, only if the
   * session was not changed since. Whether one was removed.
   */
  async deleteSession(sessionId: string, options: { unchangedSince?: Date } = {}): Promise<boolean> {
    const check = (): Date | undefined => {
      assertId(sessionId, 'sessionId')
      assertOptions('deleteSession', options, { unchangedSince: 'object' })
      return options.unchangedSince && checkDate(options.unchangedSince, 'unchangedSince')
    }
    return await this.#run('deleteSession', sessionId, check, (since) => this._delete(sessionId, since))
  }

  /**
   * Removes the sessions that match, except those that change meanwhile, and clears expired ones from the disk.
   * Resolves to how many were removed, expired ones not counted.
   * @throws TypeError without a criterion: nobody empties a store by a forgotten filter
   */
  async deleteSessions(filter: SessionFilter): Promise<number> {
    const check = (): SessionFilter => {
      const checked = checkFilter(filter)
      if (hasCriterion(checked)) return checked
      throw new TypeError('deleteSessions needs a criterion: prefix, updatedBefore, updatedAfter or metadata.')
    }
    return await this.#run('deleteSessions', undefined, check, (checked) => this.#delete(checked))
  }

  /** Removes what a ttl has ended from the disk; it is gone from every read already. Resolves to the number of sessions. */
  async purgeExpired(): Promise<number> {
    return await this.#run('purgeExpired', undefined, unchecked, async () => {
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
    return this.#run(operation, sessionId, unchecked, work)
  }

  /** @param held - whether its calls are part of one that was let in, so that `close()` waits for them */
  #source(held: boolean): RecordSource {
    const run: RecordSource['run'] = (operation, sessionId, check, work) =>
      this.#run(operation, sessionId, check, work, held)
    return {
      read: (sessionId, limit) => this._read(sessionId, limit),
      commit: (sessionId, change) => this._commit(sessionId, change),
      supports: (condition) => this._supports(condition),
      page: async (sessionId, cursor, size) =>
        this._page?.(sessionId, cursor, size, true) ?? { records: await this._read(sessionId, undefined) },
      pages: (sessionId, size) => this._pages(sessionId, size),
      info: (sessionId) => this._info(sessionId),
      delete: (sessionId) => this._delete(sessionId),
      run,
      iterate: (operation, sessionId, check, start) => this.#iterate(operation, sessionId, check, start),
      assertOpen: () => this.#lifecycle.assertOpen(),
      isOpen: () => !this.#lifecycle.isClosed,
      hold: () => {
        this.#lifecycle.hold()
        this.#held ??= this.#source(true)
        return { source: this.#held, release: () => this.#lifecycle.leave() }
      },
    }
  }

  async #delete(filter: SessionFilter): Promise<number> {
    await this._purgeExpired()
    let deleted = 0
    let batch: DeleteTarget[] = []
    const flush = async (): Promise<void> => {
      const targets = batch
      batch = []
      deleted += await this._deleteUnchanged(targets)
    }
    for await (const { sessionId, updatedAt } of this.#list(filter)) {
      await yieldIfLong()
      if (batch.push({ sessionId, updatedAt }) === deleteBatchSize) await flush()
    }
    if (batch.length > 0) await flush()
    return deleted
  }

  #list(filter: SessionFilter): AsyncIterable<SessionInfo> {
    return filter.limit !== undefined && filter.limit <= 0 ? nothing() : this._list(filter)
  }

  #run<A, T>(
    operation: string,
    sessionId: string | undefined,
    check: () => A,
    work: (given: A) => T | Promise<T>,
    held = false,
  ): Promise<T> {
    const mapError = (error: unknown): SessionError | undefined => this._mapError(error)
    return guarded(this.#lifecycle, callOf(operation, sessionId), check, work, mapError, held)
  }

  #iterate<A, T>(
    operation: string,
    sessionId: string | undefined,
    check: () => A,
    start: (given: A) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    return guardedIteration(this.#lifecycle, callOf(operation, sessionId), check, start, (error) =>
      this._mapError(error),
    )
  }
}

function callOf(operation: string, sessionId: string | undefined): Call {
  return sessionId === undefined ? { operation } : { operation, sessionId }
}

async function* nothing(): AsyncIterable<never> {}
