/// <reference lib="esnext.disposable" preserve="true" />
import { closing, guarded } from '../call/guarded.ts'
import { Lifecycle } from '../call/lifecycle.ts'
import { type CancelOptions, cancelTypes, LongCall, type LongCallOptions, longCallTypes } from '../call/long-call.ts'
import { assertId, assertOptions } from '../call/validate.ts'
import { RecordAccess } from './record-access.ts'
import { checkDate, checkDeletion, checkFilter, type SessionFilter, type SessionInfo } from './session-filter.ts'
import { type DeleteTarget, type ReadOptions, StoreHooks } from './store-hooks.ts'

/** How many sessions `deleteSessions` hands to an adapter at a time. */
const deleteBatchSize = 500

/** How `listSessions` works; `latest` is for wrappers. */
export interface ListOptions extends CancelOptions, ReadOptions {}

/** How `deleteSessions` works. */
export interface DeleteSessionsOptions extends LongCallOptions {
  /** Only count them. Default: false. */
  dryRun?: boolean
}

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
    close: () =>
      closing(
        () => this._close(),
        (error) => this._mapError(error),
      ),
    closeUnopened: () => closing(() => this._closeUnopened()),
  })

  /** The records beneath the items: for wrappers. */
  readonly records: RecordAccess = new RecordAccess({
    read: (sessionId, limit, options) => this._read(sessionId, limit, options),
    commit: (sessionId, change) => this._commit(sessionId, change),
    supports: (condition) => this._supports(condition),
    page: async (sessionId, cursor, size) =>
      this._page?.(sessionId, cursor, size, true) ?? {
        records: await this._read(sessionId, undefined, { latest: true }),
      },
    pages: (sessionId, size) => this._pages(sessionId, size),
    run: (operation, sessionId, work) => this.#run(operation, sessionId, work),
    iterate: (operation, call, start, sessionId) => this.#iterate(operation, call, start, sessionId),
    assertOpen: () => this.#lifecycle.assertOpen(),
  })

  /**
   * The sessions that match, newest `updatedAt` first, of equal ones the session id descending by its bytes in UTF-8, each once. A
   * session changed while this runs comes at its old place or not at all. `after`, a place of this order, makes exact pages.
   * @throws TypeError or RangeError that names the criterion, at once
   */
  listSessions(filter: SessionFilter = {}, options: ListOptions = {}): AsyncIterable<SessionInfo> {
    const call = LongCall.from('listSessions', options, { ...cancelTypes, latest: 'boolean' })
    return this.#listed(checkFilter(filter), call, options.latest ?? false)
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
    const since = 'unchangedSince' in options ? checkDate(options.unchangedSince, 'unchangedSince') : undefined
    return await this.#run('deleteSession', sessionId, () => this._delete(sessionId, since))
  }

  /**
   * Removes the sessions that match, except those that change meanwhile, and clears expired ones from the disk.
   * Resolves to how many were removed, expired ones not counted; with `dryRun: true`, to how many would be, and removes nothing.
   * After an abort, those of earlier batches are gone.
   * @throws TypeError without a criterion, or with one that is `undefined`: nobody empties a store by a forgotten filter
   */
  async deleteSessions(filter: SessionFilter, options: DeleteSessionsOptions = {}): Promise<number> {
    const call = LongCall.from('deleteSessions', options, { ...longCallTypes, dryRun: 'boolean' })
    if ('dryRun' in options && options.dryRun === undefined) {
      throw new TypeError('dryRun must be true or false, not undefined.')
    }
    const checked = checkDeletion(filter)
    const remove = options.dryRun === true ? count : (targets: DeleteTarget[]) => this.#deleteSome(targets)
    return await call.run(async () => {
      if (options.dryRun !== true) await this.#run('purgeExpired', undefined, () => this._purgeExpired(new LongCall()))
      let done = 0
      let batch: DeleteTarget[] = []
      const flush = async (): Promise<void> => {
        done += await remove(batch)
        batch = []
        await call.step({ done })
      }
      for await (const { sessionId, updatedAt } of this.#listed(checked, call, true)) {
        if (batch.push({ sessionId, updatedAt }) === deleteBatchSize) await flush()
      }
      if (batch.length > 0) await flush()
      return done
    })
  }

  /**
   * Removes what a ttl has ended from the disk, and operation ids that are no longer kept; sessions whose time is over are gone from
   * every read already. Resolves to the number of sessions.
   */
  async purgeExpired(options: LongCallOptions = {}): Promise<number> {
    const call = LongCall.from('purgeExpired', options, longCallTypes)
    return await call.run(() =>
      this.#run('purgeExpired', undefined, async () => {
        const sessions = await this._purgeExpired(call)
        await this._purgeExpiredItems(call)
        return sessions
      }),
    )
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

  #listed(filter: SessionFilter, call: LongCall, latest: boolean): AsyncIterable<SessionInfo> {
    const isEmpty = filter.limit !== undefined && filter.limit <= 0
    return this.#iterate('listSessions', call, () => (isEmpty ? nothing() : this._list(filter, { latest })))
  }

  #deleteSome(targets: DeleteTarget[]): Promise<number> {
    return this.#run('deleteSessions', undefined, () => this._deleteUnchanged(targets))
  }

  /** Each step is a call of its own, so that the consumer may pause as long as it likes, or close the store. */
  async *#iterate<T>(
    operation: string,
    call: LongCall,
    start: () => AsyncIterable<T>,
    sessionId?: string,
  ): AsyncIterable<T> {
    const step = <R>(work: () => R | Promise<R>): Promise<R> => call.run(() => this.#run(operation, sessionId, work))
    const iterator = await step(() => start()[Symbol.asyncIterator]())
    try {
      for (;;) {
        const result = await step(() => iterator.next())
        if (result.done === true) return
        yield result.value
        await call.rest()
      }
    } finally {
      const ending = Promise.resolve(iterator.return?.())
      // After an abort nobody waits for the step under way, nor for how it ends.
      if (call.signal?.aborted === true) ending.catch(() => undefined)
      else await ending
    }
  }
}

async function* nothing(): AsyncIterable<never> {}

async function count(targets: readonly DeleteTarget[]): Promise<number> {
  return targets.length
}
