/// <reference lib="esnext.disposable" preserve="true" />
import { closing, guarded, guardedIteration, unchecked } from '../call/guarded.ts'
import { Lifecycle } from '../call/lifecycle.ts'
import { type CancelOptions, cancelTypes, LongCall, type LongCallOptions, longCallTypes } from '../call/long-call.ts'
import { assertId } from '../call/validate.ts'
import { SessionError } from '../errors/session-error.ts'
import type { Call } from '../errors/translate.ts'
import { holdWithBeneath, onCloseWithBeneath } from './beneath.ts'
import { type DeleteSessionsOptions, type ListOptions, listTypes, nothing, uncounted } from './list-options.ts'
import { RecordAccess } from './record-access.ts'
import { RecordMoves } from './record-moves.ts'
import type { RecordSource } from './record-source.ts'
import {
  checkDeletion,
  checkFilter,
  type ListedSession,
  type SessionFilter,
  type SessionInfo,
} from './session-filter.ts'
import { type DeleteTarget, type ListingOptions, StoreHooks } from './store-hooks.ts'

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

  /** What `@sessions/core/operations` moves sessions with. */
  readonly moves: RecordMoves = new RecordMoves(this.#source(false), (sessionId) => this.records.tell(sessionId))

  /**
   * The sessions that match, newest `updatedAt` first, of equal ones the session id descending by its bytes in UTF-8, each once. A
   * session changed while this runs comes at its old place or not at all. `after`, a place of this order, makes exact pages.
   * @throws TypeError or RangeError that names the criterion, at once
   */
  listSessions(filter?: SessionFilter, options?: ListOptions & { count?: true }): AsyncIterable<SessionInfo>
  listSessions(filter?: SessionFilter, options?: ListOptions): AsyncIterable<ListedSession>
  listSessions(filter: SessionFilter = {}, options: ListOptions = {}): AsyncIterable<ListedSession> {
    const check = (): { checked: SessionFilter; call: LongCall } => {
      return { call: LongCall.from('listSessions', options, listTypes), checked: checkFilter(filter) }
    }
    return this.#iterate('listSessions', undefined, check, ({ checked, call }) => {
      const { latest = false, count = true } = options
      const found = this.#list(checked, call, { latest, count })
      return count ? found : uncounted(found)
    })
  }

  /**
   * Until when somebody holds the session by `exclusive` or `acquire`, by the backend's clock; `undefined` where nobody does.
   * @throws SESSION_UNSUPPORTED where the store keeps no leases
   */
  async leaseOf(sessionId: string): Promise<{ until: Date } | undefined> {
    const { token, until, now } = await this.records.lease(sessionId)
    return token === null || until <= now ? undefined : { until: new Date(until) }
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
    return await this.records.delete(sessionId, options)
  }

  /**
   * Removes the sessions that match, except those that change meanwhile, and clears expired ones from the disk.
   * Resolves to how many were removed, expired ones not counted; with `dryRun: true`, to how many would be, and removes nothing.
   * After an abort, those of earlier batches are gone.
   * @throws TypeError without a criterion, or with one that is `undefined`: nobody empties a store by a forgotten filter
   */
  async deleteSessions(filter: SessionFilter, options: DeleteSessionsOptions = {}): Promise<number> {
    const check = (): { checked: SessionFilter; call: LongCall } => {
      const call = LongCall.from('deleteSessions', options, { ...longCallTypes, dryRun: 'boolean' })
      const vanished = 'dryRun' in options && options.dryRun === undefined
      if (vanished) throw new TypeError('dryRun must be true or false, not undefined.')
      return { checked: checkDeletion(filter), call }
    }
    const dryRun = options.dryRun === true
    return await this.#run('deleteSessions', undefined, check, ({ checked, call }) =>
      call.run(() => this.#delete(checked, call, dryRun)),
    )
  }

  /**
   * Removes what a ttl has ended from the disk, and operation ids that are no longer kept; sessions whose time is over are gone from
   * every read already. Resolves to the number of sessions.
   */
  async purgeExpired(options: LongCallOptions = {}): Promise<number> {
    const check = (): LongCall => LongCall.from('purgeExpired', options, longCallTypes)
    return await this.#run('purgeExpired', undefined, check, (call) =>
      call.run(async () => {
        const sessions = await this._purgeExpired(call)
        await this._purgeExpiredItems(call)
        return sessions
      }),
    )
  }

  /** Resolves where the backend answers: for health checks. Without `signal` it waits as long as any call of this store. */
  async ping(options: CancelOptions = {}): Promise<void> {
    const check = (): LongCall => LongCall.from('ping', options, cancelTypes)
    await this.#run('ping', undefined, check, (call) => call.run(() => this._ping()))
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
      read: (sessionId, limit, options) => this._read(sessionId, limit, options),
      commit: (sessionId, change) => this._commit(sessionId, change),
      decides: this._decide !== undefined,
      decide: (sessionId, limit, decide) => (this._decide ?? cannotDecide).call(this, sessionId, limit, decide),
      entries: (sessionId, query) => (this._entries === undefined ? withoutEntries() : this._entries(sessionId, query)),
      lease: (sessionId, swap) => (this._lease === undefined ? withoutLeases() : this._lease(sessionId, swap)),
      watch: (sessionId, onChange) => this._watch(sessionId, onChange),
      onClose: (onClose) => onCloseWithBeneath(this.#lifecycle, this._beneath(), onClose),
      supports: (condition) => this._supports(condition),
      keepsPlaces: () => this._entries !== undefined,
      page: async (sessionId, cursor, size) =>
        this._page?.(sessionId, cursor, size, true) ?? {
          records: await this._read(sessionId, undefined, { latest: true }),
        },
      pages: (sessionId, size) => this._pages(sessionId, size),
      info: (sessionId, options) => this._info(sessionId, options),
      delete: (sessionId, unchangedSince, lease) => this._delete(sessionId, unchangedSince, lease),
      operations: (sessionId) => this._operations(sessionId),
      listIds: this._listIds?.bind(this),
      whole: (sessionIds, most) => this._whole(sessionIds, most),
      restore: (sessions) => this._restore(sessions),
      run,
      iterate: (operation, sessionId, check, start) => this.#iterate(operation, sessionId, check, start),
      assertOpen: () => this.#lifecycle.assertOpen(),
      isOpen: () => !this.#lifecycle.isClosed,
      beneath: () => this._beneath()?.records.store,
      hold: () => {
        const held = holdWithBeneath(this.#lifecycle, this._beneath())
        this.#held ??= this.#source(true)
        return { source: this.#held, ...held }
      },
    }
  }

  async #delete(filter: SessionFilter, call: LongCall, dryRun: boolean): Promise<number> {
    if (!dryRun) await this._purgeExpired(new LongCall())
    let done = 0
    let batch: DeleteTarget[] = []
    const flush = async (): Promise<void> => {
      done += dryRun ? batch.length : await this._deleteUnchanged(batch)
      batch = []
      await call.step({ done })
    }
    for await (const { sessionId, updatedAt } of this.#list(filter, call, { latest: true, count: false })) {
      if (batch.push({ sessionId, updatedAt }) === deleteBatchSize) await flush()
    }
    if (batch.length > 0) await flush()
    return done
  }

  #list(filter: SessionFilter, call: LongCall, options: ListingOptions): AsyncIterable<ListedSession> {
    const isEmpty = filter.limit !== undefined && filter.limit <= 0
    return isEmpty ? nothing() : call.through(this._list(filter, options))
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

function cannotDecide(): never {
  throw new Error('It was not asked whether the store can.')
}

function withoutLeases(): never {
  throw new SessionError('SESSION_UNSUPPORTED', 'This store keeps no leases, so its sessions cannot be held.')
}

function withoutEntries(): never {
  throw new SessionError('SESSION_UNSUPPORTED', 'This store keeps no places of its records, so there are no entries.')
}

function callOf(operation: string, sessionId: string | undefined): Call {
  return sessionId === undefined ? { operation } : { operation, sessionId }
}
