import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { type SessionOptions, splitSessionOptions } from '../session/session-options.ts'
import { StoredSession } from '../session/stored-session.ts'
import { MemoryStore, type MemoryStoreOptions, memoryTypes } from './memory-store.ts'

/** The id, and the options of the store and of the session. */
export interface MemorySessionOptions<TItem extends object = AgentInputItem>
  extends SessionOptions<TItem>,
    MemoryStoreOptions {}

/** One session in the memory of the process, shared with nobody. */
export class MemorySession<TItem extends object = AgentInputItem> extends StoredSession<TItem> {
  constructor(options: MemorySessionOptions<TItem>) {
    const split = splitSessionOptions<MemoryStoreOptions, TItem>('MemorySession', options, memoryTypes)
    super(new MemoryStore(split.store), split.sessionId, split.session)
  }
}
