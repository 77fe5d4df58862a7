import { assertOptions, type OptionTypes } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { jsonCodec } from '../codec/json-codec.ts'
import { takeItems } from '../codec/plain-data.ts'
import { Records } from '../codec/records.ts'
import { type SessionOptions, sessionTypes, splitSessionOptions } from '../session/session-options.ts'
import { StoredSession } from '../session/stored-session.ts'
import { MemoryStore, type MemoryStoreOptions, memoryTypes } from './memory-store.ts'

/** The options of the store and of the session. */
export interface MemorySessionOptions<TItem extends object = AgentInputItem>
  extends Omit<SessionOptions<TItem>, 'sessionId'>,
    MemoryStoreOptions {
  /** Any non-empty, well-formed string of up to 255 UTF-16 units without NUL. Default: a random UUID. */
  sessionId?: string
  /** What the history begins with, written before the first call, which rejects where the codec cannot encode it. Default: nothing. */
  initialItems?: readonly TItem[]
}

const types: OptionTypes = { ...sessionTypes, ...memoryTypes, initialItems: 'object' }

/**
 * One session in the memory of the process, shared with nobody.
 *
 * @example
 * const session = new MemorySession({ initialItems: [{ role: 'user', content: 'Hello' }] })
 * const items = await session.getItems() // or run(agent, 'And?', { session })
 */
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
    const records = new Records(split.session.codec ?? jsonCodec, sessionId)
    const store =
      items.length === 0
        ? new MemoryStore(split.store)
        : new BegunStore(split.store, sessionId, () => records.encode(items))
    super(store, sessionId, split.session)
  }
}

/** Has a history before its first use. */
class BegunStore extends MemoryStore {
  readonly #sessionId: string
  readonly #records: () => string[] | Promise<string[]>

  constructor(options: MemoryStoreOptions, sessionId: string, records: () => string[] | Promise<string[]>) {
    super(options)
    this.#sessionId = sessionId
    this.#records = records
  }

  /** Where it fails, the call that needed it rejects, and the next one tries again. */
  protected override async _open(): Promise<void> {
    await this._commit(this.#sessionId, { append: await this.#records() })
  }
}
