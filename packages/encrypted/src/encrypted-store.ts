import {
  type AgentInputItem,
  assertOptions,
  type ChangeConditions,
  type CommitResult,
  type HistoryChange,
  type LongCall,
  type ReadOptions,
  type RecordStore,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
  type StoredSession,
  type StoredSessionOptions,
} from '@sessions/core'
import { EncryptedRecords } from './encrypted-records.ts'
import { checkEncryption, type Encryption, type EncryptionOptions, encryptionTypes } from './options.ts'
import { encryptPlaintext, reencrypt, removeExpired } from './rewriting.ts'
import { SkippingStore } from './skipping-store.ts'
import { checkSweep, type SweepOptions, type SweepResult, sweep } from './sweep.ts'

/** The store to encrypt, and how. */
export interface EncryptedStoreOptions extends EncryptionOptions {
  /** Where the envelopes are kept: any store. */
  store: RecordStore
  /** Whether `close()` closes that store too. Default: false. */
  ownsStore?: boolean
}

/**
 * Every session of a store, encrypted. What goes in and comes out of its records is plain; what reaches the other store is
 * envelopes only, so whatever works with a store works with this one. Session ids, metadata, operation ids, times, counts and sizes
 * are not encrypted.
 *
 * Beside the errors of that store, calls reject with `SESSION_DECRYPT_FAILED`, `SESSION_KEY_UNKNOWN`,
 * `SESSION_PLAINTEXT_REFUSED` or `SESSION_REPLAYED`, and with `SESSION_UNAVAILABLE` where a key provider fails.
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
    if (typeof store.records?.commit !== 'function') {
      throw new TypeError('store must be a SessionStore; around a session, use EncryptedSession.')
    }
    super()
    this.#store = store
    this.#ownsStore = ownsStore
    this.#encryption = checkEncryption('EncryptedStore', encryption)
    this.#records = new EncryptedRecords(store, this.#encryption)
    this.#skipping = new SkippingStore(this.#records, store)
  }

  /** A handle of one session. With `onCorrupt: 'skip'` its reads leave out also what cannot be decrypted. */
  override session<TItem extends object = AgentInputItem>(
    sessionId: string,
    options: Omit<StoredSessionOptions<TItem>, 'ownsStore'> = {},
  ): StoredSession<TItem> {
    if (options?.onCorrupt === 'skip') return this.#skipping.session(sessionId, options)
    return super.session(sessionId, options)
  }

  /**
   * Encrypts again, under the first key, what is under others: one atomic write for each session, safe while others write. Items
   * keep the time that their ttl counts from. Run again after a failure, it goes on with what is left. Ends with
   * `purgeExpired()` of the store beneath, unless it was for one session: expired sessions are under old keys still.
   * @throws what failed first, after all other sessions were done
   */
  async rotateKeys(options: SweepOptions = {}): Promise<SweepResult> {
    return await this.#sweep('rotateKeys', options, (id) => reencrypt(this.#records, this.#encryption, id))
  }

  /**
   * Encrypts what is not encrypted yet, likewise. Readers can do without `allowPlaintext` then.
   * @throws TypeError without `allowPlaintext: true`; what failed first, after all other sessions were done
   */
  async encryptExisting(options: SweepOptions = {}): Promise<SweepResult> {
    if (!this.#encryption.allowPlaintext)
      throw new TypeError('encryptExisting() needs the option allowPlaintext: true.')
    return await this.#sweep('encryptExisting', options, (id) => encryptPlaintext(this.#records, id))
  }

  /** Removes the items that the ttl has ended, likewise; `purgeExpired()` does it too, after whole sessions. */
  async purgeItems(options: SweepOptions = {}): Promise<SweepResult> {
    return await this.#sweep('purgeItems', options, (id) => removeExpired(this.#records, id))
  }

  protected _read(sessionId: string, limit: number | undefined, options: ReadOptions): Promise<string[]> {
    return this.#records.read(sessionId, limit, 'throw', options)
  }

  protected override _pages(sessionId: string, size: number): AsyncIterable<string[]> {
    return this.#records.pages(sessionId, size, 'throw')
  }

  /** All that names no records. */
  protected override _supports(condition: keyof ChangeConditions): boolean {
    return condition !== 'maintain' && this.#store.records.supports(condition)
  }

  protected _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    return this.#records.commit(sessionId, change, 'throw')
  }

  /** `itemCount` counts expired items until they are purged. */
  protected _info(sessionId: string): Promise<SessionInfo | undefined> {
    return this.#store.getSessionInfo(sessionId)
  }

  protected _list(filter: SessionFilter, options: ReadOptions): AsyncIterable<SessionInfo> {
    return this.#store.listSessions(filter, options)
  }

  protected _delete(sessionId: string, unchangedSince?: Date): Promise<boolean> {
    return this.#store.deleteSession(sessionId, unchangedSince === undefined ? {} : { unchangedSince })
  }

  protected override _purgeExpired(call: LongCall): Promise<number> {
    return this.#store.purgeExpired(call.passedOn())
  }

  protected override async _purgeExpiredItems(): Promise<void> {
    if (this.#encryption.ttl !== undefined) await sweep(this.#store, {}, (id) => removeExpired(this.#records, id))
  }

  protected override async _close(): Promise<void> {
    await this.#skipping.close()
    await this.#encryption.ring.close()
    if (this.#ownsStore) await this.#store.close()
  }

  protected override _closeUnopened(): Promise<void> {
    return this._close()
  }

  async #sweep(
    operation: string,
    options: SweepOptions,
    work: (sessionId: string) => Promise<number>,
  ): Promise<SweepResult> {
    const checked = checkSweep(operation, options)
    return await this.run(operation, checked.sessionId, async () => {
      const result = await sweep(this.#store, checked, work)
      // What was there before is neither in expired sessions nor in what the store keeps of the past.
      if (checked.sessionId === undefined) await this.#store.purgeExpired()
      return result
    })
  }
}
