import { describe } from '../call/describe.ts'
import { unchecked } from '../call/guarded.ts'
import { type CancelOptions, cancelTypes, LongCall } from '../call/long-call.ts'
import { assertOptions, checkDefaultLimit } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import type { ItemCodec } from '../codec/item-codec.ts'
import { canonicalJSON, type JSONValue } from '../codec/json.ts'
import { jsonCodec } from '../codec/json-codec.ts'
import { takeItems } from '../codec/plain-data.ts'
import { neighbours, plain, Records } from '../codec/records.ts'
import { checkMetadata } from '../store/history-change.ts'
import { checkPageSize } from '../store/page-size.ts'
import type { RecordAccess } from '../store/record-access.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { SessionInfo } from '../store/session-filter.ts'
import { CallOrder } from './call-order.ts'
import { handleTypes, type StoredSessionOptions } from './handle-options.ts'
import type { HistoryAccess } from './history-access.ts'
import { HistoryEdits } from './history-edits.ts'
import {
  checkMutations,
  checkTransaction,
  type HistoryMutation,
  type HistoryTransactionArgs,
  type SuffixChange,
} from './history-transaction.ts'
import { KnownTail } from './known-tail.ts'
import { Session } from './session.ts'
import { parts, type SessionParts } from './session-parts.ts'

/** What the SDK asks of a session, its optional history interfaces included, over the records of a store: all atomic. */
export class SDKSession<TItem extends object = AgentInputItem> extends Session<TItem> {
  readonly #store: RecordStore
  readonly #records: Records<TItem>
  readonly #codec: ItemCodec<TItem>
  readonly #skipCorrupt: boolean
  readonly #limit: number | undefined
  readonly #ownsStore: boolean
  readonly #edits: HistoryEdits<TItem>
  readonly #tail: KnownTail = new KnownTail()
  readonly #order: CallOrder

  static {
    // What `partsOf` gives, on the prototype, by which wrappers find the base class. A declaration cannot name a computed symbol.
    Object.defineProperty(SDKSession.prototype, parts, {
      get(this: SDKSession): Readonly<SessionParts> {
        return {
          store: this.#store,
          codec: this.#codec,
          onCorrupt: this.#skipCorrupt ? 'skip' : 'throw',
          ...(this.#limit !== undefined && { limit: this.#limit }),
        }
      },
    })
  }

  constructor(store: RecordStore, sessionId: string, options: StoredSessionOptions<TItem> = {}) {
    assertStore(store)
    super(sessionId)
    assertOptions('StoredSession', options, { ...handleTypes, ownsStore: 'boolean' })
    const { codec = jsonCodec, onCorrupt = 'throw', ownsStore = false } = options
    if (onCorrupt !== 'throw' && onCorrupt !== 'skip') throw new TypeError("onCorrupt must be 'throw' or 'skip'.")
    if (typeof codec.encode !== 'function' || typeof codec.decode !== 'function') {
      throw new TypeError('codec must have the methods encode() and decode().')
    }
    this.#store = store
    this.#codec = codec
    this.#records = new Records(codec, sessionId)
    this.#edits = new HistoryEdits(sessionId, this.#records)
    this.#order = new CallOrder(store)
    this.#skipCorrupt = onCorrupt === 'skip'
    this.#limit = checkDefaultLimit(options.limit)
    this.#ownsStore = ownsStore
  }

  /**
   * Appends, or replaces the newest items, atomically and once per `operationId`, also in other processes and after a
   * restart. @throws TypeError for a blank id or a bad shape; SESSION_OPERATION_REUSED; SESSION_CONFLICT
   */
  async applyHistoryTransaction(args: HistoryTransactionArgs<TItem>): Promise<void> {
    const check = (): SuffixChange<TItem> => checkTransaction(args)
    return await this.ordered('applyHistoryTransaction', check, async (records, change) => {
      const { operationId, type, expected, replacement } = change
      const canonical = canonicalJSON([type, expected.map(plain), replacement.map(plain)])
      const [tail, append, fingerprint] = await Promise.all([
        this.#records.encode(expected),
        this.#records.encode(replacement),
        this.#records.fingerprint(canonical),
      ])
      await this.#edits.replaceSuffix(records, tail, append, { id: operationId, fingerprint })
    })
  }

  /** Replaces function calls in place, all or none. */
  async applyHistoryMutations(args: { mutations: readonly HistoryMutation<TItem>[] }): Promise<void> {
    const check = (): HistoryMutation<TItem>[] => checkMutations(args)
    return await this.ordered('applyHistoryMutations', check, (records, mutations) =>
      this.#edits.mutate(records, mutations),
    )
  }

  /**
   * Replaces all items; metadata and operation ids stay, and items that were there keep their `createdAt`. A reader sees the old history or
   * the new one.
   */
  async replaceHistoryWithCompaction(items: readonly TItem[]): Promise<void> {
    const check = (): TItem[] => takeItems(items, 'items')
    return await this.ordered('replaceHistoryWithCompaction', check, async (records, taken) => {
      const append = await this.#records.encode(taken)
      this.#tail.forget()
      await this.#edits.replaceAll(records, append)
      this.#tail.replace(append)
    })
  }

  /**
   * All items, oldest first, read in pages of about `pageSize` (default 500) so that memory stays constant.
   * @throws SESSION_CONFLICT where items that were already handed out are removed meanwhile
   */
  items(options: { pageSize?: number } & CancelOptions = {}): AsyncIterable<TItem> {
    const check = (): { size: number; call: LongCall } => {
      const call = LongCall.from('items', options, { pageSize: 'number', ...cancelTypes })
      return { size: checkPageSize(options.pageSize ?? 500), call }
    }
    return flat(this.runIteration('items', check, ({ size, call }) => this.#pages(size, call)))
  }

  /** `undefined` where nothing was written yet. */
  async info(): Promise<SessionInfo | undefined> {
    return await this.ordered('info', unchecked, (records) => records.info(this.sessionId))
  }

  /** Merges the keys of `patch` in one atomic write; `undefined` removes a key. Creates the session where there is none. */
  async setMetadata(patch: Record<string, JSONValue | undefined>): Promise<void> {
    const check = (): Record<string, JSONValue | undefined> => checkMetadata(patch)
    return await this.ordered('setMetadata', check, async (records, metadata) => {
      await records.commit(this.sessionId, { metadata })
    })
  }

  /** Removes the session with all that belongs to it, metadata too. The next write starts it anew. Whether there was one. */
  async delete(): Promise<boolean> {
    return await this.ordered('delete', unchecked, (records) => {
      this.#tail.forget()
      return records.delete(this.sessionId)
    })
  }

  protected _getItems(limit: number | undefined): Promise<TItem[]> {
    return this.#order.run((records) => this.#read(records, limit ?? this.#limit))
  }

  protected _addItems(items: readonly TItem[]): Promise<void> {
    return this.#order.run(async (records) => {
      const encoded = this.#records.encode(items)
      const append = Array.isArray(encoded) ? encoded : await encoded
      await records.commit(this.sessionId, { append })
      this.#tail.append(append)
    })
  }

  protected _popItem(): Promise<TItem | undefined> {
    return this.#order.run((records) => this.#edits.pop(records, this.#tail))
  }

  protected _clearSession(): Promise<void> {
    return this.#order.run(async (records) => {
      this.#tail.forget()
      await records.commit(this.sessionId, { clear: true })
    })
  }

  protected override _assertOpen(): void {
    this.#store.records.assertOpen()
  }

  protected override async _close(): Promise<void> {
    if (this.#ownsStore) await this.#store.close()
  }

  async #read(records: RecordAccess, limit: number | undefined): Promise<TItem[]> {
    const found = await records.read(this.sessionId, limit)
    this.#tail.replace(found)
    const isPart = limit !== undefined && found.length === limit
    const earlier = isPart ? () => records.read(this.sessionId, limit + neighbours) : undefined
    if (!this.#skipCorrupt) return this.#records.decode(found, earlier)
    const items = await this.#records.decodeReadable(found, earlier)
    const complete = limit === undefined || items.length >= limit || found.length < limit
    return complete ? items : (await this.#read(records, limit * 2)).slice(-limit)
  }

  async *#pages(size: number, call: LongCall): AsyncIterable<TItem[]> {
    let before: readonly string[] = []
    for await (const records of call.through(this.#store.records.pages(this.sessionId, size))) {
      const known = before
      const earlier = async (): Promise<readonly string[]> => known
      before = [...before, ...records].slice(-neighbours)
      yield await (this.#skipCorrupt
        ? this.#records.decodeReadable(records, earlier)
        : this.#records.decode(records, earlier))
    }
  }

  /** What the abilities of a session work with. */
  protected access(records: RecordAccess = this.#store.records): HistoryAccess<TItem> {
    return {
      sessionId: this.sessionId,
      records,
      items: this.#records,
      skipCorrupt: this.#skipCorrupt,
      limit: this.#limit,
    }
  }

  /** The same for those that change what is newest. */
  protected accessToWrite(records: RecordAccess): HistoryAccess<TItem> {
    this.#tail.forget()
    return this.access(records)
  }

  /** A single read or write, after those that were called before it. */
  protected ordered<A, T>(
    operation: string,
    check: () => A,
    work: (records: RecordAccess, given: A) => Promise<T>,
  ): Promise<T> {
    return this.runChecked(operation, check, (given) => this.#order.run((records) => work(records, given)))
  }
}

async function* flat<T>(pages: AsyncIterable<T[]>): AsyncIterable<T> {
  for await (const page of pages) yield* page
}

/** @throws TypeError that names the argument; by shape, since it may be of another copy of this package */
function assertStore(store: RecordStore): void {
  const { records } = (store ?? {}) as Partial<RecordStore>
  if (typeof records?.commit === 'function') return
  throw new TypeError(`store must be a SessionStore, not ${describe(store)}.`)
}
