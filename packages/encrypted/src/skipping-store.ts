import {
  type CommitResult,
  type HistoryChange,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
} from '@sessions/core'
import type { EncryptedRecords } from './encrypted-records.ts'

/** What {@link SkippingStore} stands before. */
export interface SkippingStoreParts {
  records: EncryptedRecords
  /** The encrypted store, whose being open it shares. */
  owner: SessionStore
  /** The store that holds the envelopes. */
  store: SessionStore
}

/**
 * An encrypted store as sessions with `onCorrupt: 'skip'` see it: reads leave out what cannot be opened, writes are as strict as
 * ever. It is closed with the store that it belongs to.
 */
export class SkippingStore extends SessionStore {
  readonly #parts: SkippingStoreParts

  constructor(parts: SkippingStoreParts) {
    super()
    this.#parts = parts
  }

  protected async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    return this.#open().records.read(sessionId, limit, 'skip')
  }

  protected override _pages(sessionId: string, size: number): AsyncIterable<string[]> {
    return this.#open().records.pages(sessionId, size, 'skip')
  }

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    return this.#open().records.commit(sessionId, change, 'skip')
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    return this.#open().store.getSessionInfo(sessionId)
  }

  protected _list(filter: SessionFilter): AsyncIterable<SessionInfo> {
    return this.#open().store.listSessions(filter)
  }

  protected async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean> {
    return this.#open().store.deleteSession(sessionId, unchangedSince === undefined ? {} : { unchangedSince })
  }

  #open(): SkippingStoreParts {
    this.#parts.owner.assertOpen()
    return this.#parts
  }
}
