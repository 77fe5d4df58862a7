import {
  type AgentInputItem,
  type ChangeConditions,
  type CommitResult,
  type EntryQuery,
  type HistoryChange,
  type LeaseResult,
  type LeaseSwap,
  type ListedSession,
  type ListingOptions,
  type ReadOptions,
  type RecordEntryPage,
  type RecordStore,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
  StoredSession,
  type StoredSessionOptions,
} from '@sessions/core'
import type { EncryptedRecords } from './encrypted-records.ts'

/** Reads around what cannot be opened, and pops nothing that lies beneath it. */
class SkippingSession<TItem extends object> extends StoredSession<TItem> {
  readonly #strict: StoredSession<TItem>

  constructor(
    store: RecordStore,
    sessionId: string,
    options: StoredSessionOptions<TItem>,
    strict: StoredSession<TItem>,
  ) {
    super(store, sessionId, options)
    this.#strict = strict
  }

  protected override _popItem(): Promise<TItem | undefined> {
    return this.#strict.popItem()
  }
}

/**
 * An encrypted store as sessions with `onCorrupt: 'skip'` see it: reads leave out what cannot be opened, writes are as strict as
 * ever. The store that it belongs to closes it.
 */
export class SkippingStore extends SessionStore {
  readonly #records: EncryptedRecords
  readonly #store: RecordStore
  readonly #strict: SessionStore

  /**
   * @param store - where the envelopes of `records` are kept
   * @param strict - the store whose sessions skip nothing
   */
  constructor(records: EncryptedRecords, store: RecordStore, strict: SessionStore) {
    super()
    this.#records = records
    this.#store = store
    this.#strict = strict
  }

  override session<TItem extends object = AgentInputItem>(
    sessionId: string,
    options: Omit<StoredSessionOptions<TItem>, 'ownsStore'> = {},
  ): StoredSession<TItem> {
    const strict = this.#strict.session<TItem>(sessionId, { ...options, onCorrupt: 'throw' })
    return new SkippingSession<TItem>(this, sessionId, options, strict)
  }

  protected async _read(sessionId: string, limit: number | undefined, options: ReadOptions): Promise<string[]> {
    return this.#records.read(sessionId, limit, 'skip', options)
  }

  protected override _pages(sessionId: string, size: number): AsyncIterable<string[]> {
    return this.#records.pages(sessionId, size, 'skip')
  }

  /** All that names no records. */
  protected override _supports(condition: keyof ChangeConditions): boolean {
    return condition !== 'maintain' && this.#store.records.supports(condition)
  }

  protected override _entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
    return this.#records.entries(sessionId, query, 'skip')
  }

  protected override _lease(sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult> {
    return this.#store.records.lease(sessionId, swap)
  }

  protected override _watch(sessionId: string, onChange: () => void): Promise<() => void> {
    return this.#store.records.watch(sessionId, onChange)
  }

  protected override _beneath(): RecordStore {
    return this.#strict
  }

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    return this.#records.commit(sessionId, change, 'skip')
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    return this.#store.getSessionInfo(sessionId)
  }

  protected _list(filter: SessionFilter, options: ListingOptions): AsyncIterable<ListedSession> {
    return this.#store.listSessions(filter, options)
  }

  protected async _delete(sessionId: string, unchangedSince?: Date, lease?: string): Promise<boolean | 'lost'> {
    const options = { ...(unchangedSince !== undefined && { unchangedSince }), ...(lease !== undefined && { lease }) }
    return this.#store.records.delete(sessionId, options)
  }
}
