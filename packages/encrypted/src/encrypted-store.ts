import {
  type AgentInputItem,
  assertOptions,
  type ChangeConditions,
  type CommitResult,
  type EntryQuery,
  type ForkRequest,
  type ForkResult,
  type HistoryChange,
  type LeaseResult,
  type LeaseSwap,
  type ListedSession,
  type ListingOptions,
  type LongCall,
  type ReadOptions,
  type RecordEntryPage,
  type RecordPage,
  type RecordStore,
  type RestoredSession,
  type RestoreResult,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
  type StoredSession,
  type StoredSessionOptions,
} from '@sessions/core'
import { EncryptedRecords } from './encrypted-records.ts'
import { forkSealed } from './fork.ts'
import type { Maintained, UnreadableRecord } from './maintainer.ts'
import { boundTo, checkEncryption, type Encryption, type EncryptionOptions, encryptionTypes } from './options.ts'
import { restoreSealed } from './restore.ts'
import { reencrypt, removeExpired, removeUnreadable } from './rewriting.ts'
import { SkippingStore } from './skipping-store.ts'
import { checkSweep, type RemoveUnreadableOptions, type SweepOptions, type SweepResult, sweep } from './sweep.ts'
import { type EncryptExistingOptions, encryptExisting } from './takeover.ts'

/** The store to encrypt, and how. */
export interface EncryptedStoreOptions extends EncryptionOptions {
  /** Where the envelopes are kept: any store. */
  store: RecordStore
  /** Whether `close()` closes that store too. Default: false. */
  ownsStore?: boolean
}

/** The keys of each store, for whoever closes it from outside. */
const encryptions = new WeakMap<EncryptedStore, Encryption>()

/** Nobody waits much longer for a provider of keys of this store, which is about to be closed. */
export function giveUpKeys(store: EncryptedStore): void {
  encryptions.get(store)?.ring.giveUp()
}

/**
 * Every session of a store, encrypted. What goes in and comes out of its records is plain; what reaches the other store is
 * envelopes only, so whatever works with a store works with this one. Session ids, metadata, operation ids, times, counts and sizes
 * are not encrypted.
 *
 * Beside the errors of that store, calls reject with `SESSION_DECRYPT_FAILED`, `SESSION_KEY_UNKNOWN`,
 * `SESSION_PLAINTEXT_REFUSED` or `SESSION_REPLAYED`, with `SESSION_CLOCK_SKEW` where there is a ttl, and with
 * `SESSION_UNAVAILABLE` where a key provider fails.
 *
 * @example
 * const store = new EncryptedStore({ store: new MemoryStore(), encryptionKey: crypto.getRandomValues(new Uint8Array(32)) })
 */
export class EncryptedStore extends SessionStore {
  readonly #store: RecordStore
  readonly #ownsStore: boolean
  readonly #encryption: Encryption
  readonly #records: EncryptedRecords
  readonly #skipping: SkippingStore

  /** Does no I/O. @throws TypeError or RangeError that names the option, and never holds any of a key */
  constructor(options: EncryptedStoreOptions) {
    assertOptions('EncryptedStore', options, { store: 'object', ownsStore: 'boolean', ...encryptionTypes }, ['store'])
    const { store, ownsStore = false, ...encryption } = options
    if (typeof store.records?.commit !== 'function')
      throw new TypeError('store must be a SessionStore; around a session, use EncryptedSession.')
    super()
    this.#store = store
    this.#ownsStore = ownsStore
    this.#encryption = checkEncryption('EncryptedStore', encryption, (options as { [boundTo]?: string })[boundTo])
    this.#records = new EncryptedRecords(store, this.#encryption)
    this.#skipping = new SkippingStore(this.#records, store, this)
    encryptions.set(this, this.#encryption)
  }

  /**
   * A handle of one session. With `onCorrupt: 'skip'` its reads leave out also what cannot be decrypted, and it appends whatever it finds.
   * @throws TypeError also for an id of more than 64 bytes with `format: 'python'`
   */
  override session<TItem extends object = AgentInputItem>(
    sessionId: string,
    options: Omit<StoredSessionOptions<TItem>, 'ownsStore'> = {},
  ): StoredSession<TItem> {
    if (typeof sessionId === 'string') this.#encryption.checkId(sessionId)
    if (options?.onCorrupt === 'skip') return this.#skipping.session(sessionId, options)
    return super.session(sessionId, options)
  }

  /**
   * Encrypts again, under the first key, what is under others or in an older version of the envelope: each record where it stands, some
   * at a time, while others write. It is no use of the session: `updatedAt`, ttl and expiry stay, and items keep the time that their
   * own ttl counts from. Run again after a failure, it goes on with what is left. Ends with `purgeExpired()` of the store beneath, unless it
   * was for one session: expired sessions are under old keys still.
   * @throws SESSION_UNSUPPORTED where the store beneath cannot `maintain`; what failed first, after all else was done
   */
  async rotateKeys(options: SweepOptions = {}): Promise<SweepResult> {
    return await this.#sweep('rotateKeys', checkSweep('rotateKeys', options), (id, call) =>
      reencrypt(this.#records, this.#encryption, id, call),
    )
  }

  /**
   * Encrypts what is not encrypted yet, likewise; with `from`, also what is in Python's envelopes. Readers can do without
   * `allowPlaintext` then.
   * @throws TypeError without `allowPlaintext: true` or `from`; what failed first, after all else was done
   */
  async encryptExisting(options: EncryptExistingOptions = {}): Promise<SweepResult> {
    return await encryptExisting(this.#records, this.#encryption, options, (sweepOptions, work) =>
      this.#sweep('encryptExisting', sweepOptions, work),
    )
  }

  /** Removes the items that the ttl has ended, likewise; `purgeExpired()` does it too, after whole sessions. */
  async purgeItems(options: SweepOptions = {}): Promise<SweepResult> {
    return await this.#sweep('purgeItems', checkSweep('purgeItems', options), (id, call) =>
      removeExpired(this.#records, id, call),
    )
  }

  /**
   * Removes what cannot be opened (altered, planted, copied, under another key) and resolves to exactly what it removed, as it was
   * stored, to be kept elsewhere. What is under a key id that is not among the keys stays; so does a session of which nothing opens,
   * as under a wrong key: that is an error. Likewise in place, and no use of the session.
   */
  async removeUnreadable({ dryRun = false, ...options }: RemoveUnreadableOptions = {}): Promise<UnreadableRecord[]> {
    if (typeof dryRun !== 'boolean') throw new TypeError('removeUnreadable: dryRun must be a boolean.')
    const removed: UnreadableRecord[] = []
    const remove = async (id: string, call: { signal: SweepOptions['signal'] }): Promise<Maintained> => {
      const result = await removeUnreadable(this.#records, id, { ...call, dryRun })
      removed.push(...result.removed)
      return result
    }
    await this.#sweep('removeUnreadable', checkSweep('removeUnreadable', options), remove, false)
    return removed
  }

  protected _read(sessionId: string, limit: number | undefined, options: ReadOptions): Promise<string[]> {
    return this.#records.read(sessionId, limit, 'throw', options)
  }

  protected override _pages(sessionId: string, size: number): AsyncIterable<string[]> {
    return this.#records.pages(sessionId, size, 'throw')
  }

  protected override _page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage> {
    return this.#records.page(sessionId, cursor, size)
  }

  protected _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    return this.#records.commit(sessionId, change, 'throw')
  }

  protected override _supports(condition: keyof ChangeConditions): boolean {
    return this.#store.records.supports(condition)
  }

  protected override _entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
    return this.#records.entries(sessionId, query, 'throw')
  }

  protected override _fork(request: ForkRequest): Promise<ForkResult> {
    return forkSealed(this.#records, this.#store, request)
  }

  protected override _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
    return restoreSealed(this.#records, this.#store, sessions)
  }

  protected override _lease(sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult> {
    return this.#store.records.lease(sessionId, swap)
  }

  protected override _watch(sessionId: string, onChange: () => void): Promise<() => void> {
    return this.#store.records.watch(sessionId, onChange)
  }

  protected override _beneath(): RecordStore {
    return this.#store
  }

  /** `itemCount` counts expired items until they are purged. */
  protected _info(sessionId: string, options: ReadOptions = {}): Promise<SessionInfo | undefined> {
    return this.#store.records.info(sessionId, options)
  }

  protected _list(filter: SessionFilter, options: ListingOptions): AsyncIterable<ListedSession> {
    return this.#store.listSessions(filter, options)
  }

  protected _delete(sessionId: string, unchangedSince?: Date, lease?: string): Promise<boolean> {
    this.#records.forget(sessionId)
    const options = { ...(unchangedSince !== undefined && { unchangedSince }), ...(lease !== undefined && { lease }) }
    return this.#store.records.delete(sessionId, options)
  }

  protected override _purgeExpired(call: LongCall): Promise<number> {
    return this.#store.purgeExpired(call.passedOn())
  }

  protected override async _purgeExpiredItems(): Promise<void> {
    if (this.#encryption.ttl !== undefined) await sweep(this.#store, {}, (id) => removeExpired(this.#records, id, {}))
  }

  protected override _closing(): void {
    this.#encryption.ring.giveUp()
  }

  protected override async _close(): Promise<void> {
    await this.#skipping.close()
    this.#records.forget()
    await this.#encryption.ring.close()
    if (this.#ownsStore) await this.#store.close()
  }

  protected override _closeUnopened(): Promise<void> {
    return this._close()
  }

  async #sweep(
    operation: string,
    options: SweepOptions,
    work: (sessionId: string, call: { signal: SweepOptions['signal'] }) => Promise<Maintained>,
    purges = true,
  ): Promise<SweepResult> {
    const { sessionId, signal } = options
    try {
      return await this.run(operation, sessionId, async () => {
        const result = await sweep(this.#store, options, (id) => work(id, { signal }))
        // What was there before is neither in expired sessions nor in what the store keeps of the past.
        if (sessionId === undefined && purges) await this.#store.purgeExpired()
        return result
      })
    } catch (error) {
      // An abort is the caller's own doing, and rejects with what the caller gave as its reason.
      if (signal?.aborted === true && (error as { cause?: unknown }).cause === signal.reason) throw signal.reason
      throw error
    }
  }
}
