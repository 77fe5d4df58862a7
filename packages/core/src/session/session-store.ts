import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { RecordStore } from '../store/record-store.ts'
import { StoredSession, type StoredSessionOptions } from './stored-session.ts'

/**
 * Many sessions on one connection. An adapter extends this and writes the hooks of `StoreHooks`; codecs, items and the SDK's
 * history transactions come with `session()`.
 */
export abstract class SessionStore extends RecordStore {
  /** A handle of one session. It does no I/O and costs next to nothing; closing it leaves the store open. */
  session<TItem extends object = AgentInputItem>(
    sessionId: string,
    options?: Omit<StoredSessionOptions<TItem>, 'ownsStore'>,
  ): StoredSession<TItem> {
    return new StoredSession<TItem>(this, sessionId, options)
  }
}
