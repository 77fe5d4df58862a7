import type { AgentInputItem } from './agent-input-item.ts'
import { MemoryStore, type MemoryStoreOptions } from './memory-store.ts'
import { StoredSession, type StoredSessionOptions } from './stored-session.ts'
import { assertOptions } from './validate.ts'

/** The id, and the options of the store and of the session. */
export interface MemorySessionOptions<TItem extends object = AgentInputItem>
  extends MemoryStoreOptions,
    Omit<StoredSessionOptions<TItem>, 'ownsStore'> {
  /** Any non-empty, well-formed string of up to 255 UTF-16 units without NUL. */
  sessionId: string
}

/** One session in the memory of the process, shared with nobody. */
export class MemorySession<TItem extends object = AgentInputItem> extends StoredSession<TItem> {
  constructor(options: MemorySessionOptions<TItem>) {
    const types = { sessionId: 'string', ttl: 'number', clock: 'object', codec: 'object', onCorrupt: 'string' } as const
    assertOptions('MemorySession', options, types, ['sessionId'])
    const { sessionId, ttl, clock, ...session } = options
    const store = new MemoryStore({ ...(ttl !== undefined && { ttl }), ...(clock && { clock }) })
    super(store, sessionId, { ...session, ownsStore: true })
  }
}
