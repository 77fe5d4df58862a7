import { assertOptions, type OptionTypes } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { takeItems } from '../codec/plain-data.ts'
import { type SessionOptions, sessionTypes, splitSessionOptions } from '../session/session-options.ts'
import { StoredSession } from '../session/stored-session.ts'
import { MemoryStore, type MemoryStoreOptions, memoryTypes } from './memory-store.ts'

/** The options of the store and of the session. */
export interface MemorySessionOptions<TItem extends object = AgentInputItem>
  extends Omit<SessionOptions<TItem>, 'sessionId'>,
    MemoryStoreOptions {
  /** Any non-empty, well-formed string of up to 255 UTF-16 units without NUL. Default: a random UUID. */
  sessionId?: string
  /** What the history begins with. Default: nothing. */
  initialItems?: readonly TItem[]
}

const types: OptionTypes = { ...sessionTypes, ...memoryTypes, initialItems: 'object' }

/** One session in the memory of the process, shared with nobody. */
export class MemorySession<TItem extends object = AgentInputItem> extends StoredSession<TItem> {
  /** @throws TypeError or RangeError that names the option; SESSION_ITEM_INVALID for an initial item that cannot be stored */
  constructor(options: MemorySessionOptions<TItem> = {}) {
    assertOptions('MemorySession', options, types)
    if ('sessionId' in options && options.sessionId === undefined) {
      throw new TypeError('sessionId must not be undefined; leave it out for a random one.')
    }
    const { initialItems = [], sessionId = crypto.randomUUID(), ...rest } = options
    const items = takeItems(initialItems, 'initialItems')
    const given = { ...rest, sessionId } as MemoryStoreOptions & SessionOptions<TItem>
    const split = splitSessionOptions<MemoryStoreOptions, TItem>('MemorySession', given, memoryTypes)
    super(new MemoryStore(split.store), split.sessionId, split.session)
    // Every later call of this handle comes after it. It fails only with a codec that does, and then as loudly as it can.
    if (items.length > 0) void this.addItems(items)
  }
}
