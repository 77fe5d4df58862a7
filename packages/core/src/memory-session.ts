import type { AgentInputItem } from './agent-input-item.ts'
import { MemoryStore, type MemoryStoreOptions, memoryTypes } from './memory-store.ts'
import { type SessionOptions, splitSessionOptions } from './session-options.ts'
import { StoredSession } from './stored-session.ts'

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
