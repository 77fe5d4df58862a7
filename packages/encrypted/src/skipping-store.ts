import {
  type ChangeConditions,
  type CommitResult,
  type HistoryChange,
  type ReadOptions,
  type RecordStore,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
} from '@sessions/core'
import type { EncryptedRecords } from './encrypted-records.ts'

/**
 * An encrypted store as sessions with `onCorrupt: 'skip'` see it: reads leave out what cannot be opened, writes are as strict as
 * ever. The store that it belongs to closes it.
 */
export class SkippingStore extends SessionStore {
  readonly #records: EncryptedRecords
  readonly #store: RecordStore

  /** @param store - where the envelopes of `records` are kept */
  constructor(records: EncryptedRecords, store: RecordStore) {
    super()
    this.#records = records
    this.#store = store
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

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    return this.#records.commit(sessionId, change, 'skip')
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    return this.#store.getSessionInfo(sessionId)
  }

  protected _list(filter: SessionFilter, options: ReadOptions): AsyncIterable<SessionInfo> {
    return this.#store.listSessions(filter, options)
  }

  protected async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean> {
    return this.#store.deleteSession(sessionId, unchangedSince === undefined ? {} : { unchangedSince })
  }
}
