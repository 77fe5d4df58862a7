import { type CancelOptions, cancelTypes } from '../call/long-call.ts'
import { assertOptions } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import type { ItemCodec } from '../codec/item-codec.ts'
import { canonicalJSON, type JSONValue } from '../codec/json.ts'
import { jsonCodec } from '../codec/json-codec.ts'
import { assertItems } from '../codec/plain-data.ts'
import { copy, plain, Records } from '../codec/records.ts'
import { SessionError } from '../errors/session-error.ts'
import { type CommitResult, checkMetadata } from '../store/history-change.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { SessionInfo } from '../store/session-filter.ts'
import {
  applyMutations,
  checkMutations,
  checkTransaction,
  type HistoryMutation,
  type HistoryTransactionArgs,
} from './history-transaction.ts'
import { inTurn } from './in-turn.ts'
import { KnownTail } from './known-tail.ts'
import { Session } from './session.ts'
import { parts, type SessionParts } from './session-parts.ts'

/** How a session reads and writes its records. */
export interface StoredSessionOptions<TItem extends object = AgentInputItem> {
  /** How an item becomes a record. Default: {@link jsonCodec}. */
  codec?: ItemCodec<TItem>
  /** What a read does with a record that cannot be decoded. Default: `throw`. `popItem` always throws. */
  onCorrupt?: 'throw' | 'skip'
  /** Whether `close()` closes the store too. Default: false. */
  ownsStore?: boolean
}

/** How often a read-modify-write is tried while others keep changing the same session. */
const maxAttempts = 1_000

/** A {@link Session} over a {@link SessionStore}, with the SDK's optional history interfaces, all atomic. */
export class StoredSession<TItem extends object = AgentInputItem> extends Session<TItem> {
  readonly #store: RecordStore
  readonly #records: Records<TItem>
  readonly #codec: ItemCodec<TItem>
  readonly #skipCorrupt: boolean
  readonly #ownsStore: boolean
  readonly #tail: KnownTail = new KnownTail()

  constructor(store: RecordStore, sessionId: string, options: StoredSessionOptions<TItem> = {}) {
    super(sessionId)
    assertOptions('StoredSession', options, { codec: 'object', onCorrupt: 'string', ownsStore: 'boolean' })
    const { codec = jsonCodec, onCorrupt = 'throw', ownsStore = false } = options
    if (onCorrupt !== 'throw' && onCorrupt !== 'skip') throw new TypeError("onCorrupt must be 'throw' or 'skip'.")
    if (typeof codec.encode !== 'function' || typeof codec.decode !== 'function') {
      throw new TypeError('codec must have the methods encode() and decode().')
    }
    this.#store = store
    this.#codec = codec
    this.#records = new Records(codec, sessionId)
    this.#skipCorrupt = onCorrupt === 'skip'
    this.#ownsStore = ownsStore
  }

  /** What {@link partsOf} gives. */
  get [parts](): Readonly<SessionParts<TItem>> {
    return { store: this.#store, codec: this.#codec, onCorrupt: this.#skipCorrupt ? 'skip' : 'throw' }
  }

  /**
   * Appends, or replaces the newest items, atomically and once per `operationId`, also in other processes and after a
   * restart. @throws TypeError for a blank id or a bad shape; SESSION_OPERATION_REUSED; SESSION_CONFLICT
   */
  async applyHistoryTransaction(args: HistoryTransactionArgs<TItem>): Promise<void> {
    const { type, expected, replacement } = checkTransaction(args)
    const { operationId } = args
    return await this.run('applyHistoryTransaction', async () => {
      const canonical = canonicalJSON([type, expected.map(plain), replacement.map(plain)])
      const [tail, append, fingerprint] = await Promise.all([
        this.#records.encode(expected),
        this.#records.encode(replacement),
        this.#records.fingerprint(canonical),
      ])
      await this.#replaceSuffix(tail, append, { id: operationId, fingerprint })
    })
  }

  /** Replaces function calls in place, all or none. */
  async applyHistoryMutations(args: { mutations: readonly HistoryMutation<TItem>[] }): Promise<void> {
    const mutations = checkMutations(args).map((mutation) => ({ ...mutation, replacement: copy(mutation.replacement) }))
    return await this.run('applyHistoryMutations', async () => {
      await this.#modify(async () => {
        const records = await this.#store.records.read(this.sessionId, undefined, { latest: true })
        const before = await this.#records.decode(records)
        const after = applyMutations(before, mutations)
        const kept = after.findIndex((item, index) => item !== before[index])
        if (kept < 0) return { status: 'applied', dropped: [] }
        const expectTail = records.slice(kept)
        const append = await this.#reencode(before, records, after.slice(kept))
        return this.#store.records.commit(this.sessionId, { expectTail, drop: expectTail.length, append })
      })
    })
  }

  /** Replaces all items; metadata and operation ids stay. A reader sees the old history or the new one. */
  async replaceHistoryWithCompaction(items: readonly TItem[]): Promise<void> {
    assertItems(items, 'items')
    return await this.run('replaceHistoryWithCompaction', async () => {
      const append = await this.#records.encode(items)
      this.#tail.forget()
      await this.#store.records.commit(this.sessionId, { drop: 'all', append })
      this.#tail.replace(append)
    })
  }

  /**
   * All items, oldest first, read in pages of about `pageSize` (default 500) so that memory stays constant.
   * @throws SESSION_CONFLICT where items that were already handed out are removed meanwhile
   */
  items(options: { pageSize?: number } & CancelOptions = {}): AsyncIterable<TItem> {
    assertOptions('items', options, { pageSize: 'number', ...cancelTypes })
    const { pageSize = 500, ...rest } = options
    return this.#items(this.#store.records.pages(this.sessionId, pageSize, rest))
  }

  /** `undefined` where nothing was written yet. */
  async info(): Promise<SessionInfo | undefined> {
    return await this.run('info', () => this.#store.getSessionInfo(this.sessionId))
  }

  /** Merges the keys of `patch` in one atomic write; `undefined` removes a key. Creates the session where there is none. */
  async setMetadata(patch: Record<string, JSONValue | undefined>): Promise<void> {
    const metadata = checkMetadata(patch)
    return await this.run('setMetadata', async () => {
      await this.#store.records.commit(this.sessionId, { metadata })
    })
  }

  /** Removes the session with all that belongs to it, metadata too. The next write starts it anew. Whether there was one. */
  async delete(): Promise<boolean> {
    return await this.run('delete', () => {
      this.#tail.forget()
      return this.#store.deleteSession(this.sessionId)
    })
  }

  protected async _getItems(limit: number | undefined): Promise<TItem[]> {
    const records = await this.#store.records.read(this.sessionId, limit)
    this.#tail.replace(records)
    if (!this.#skipCorrupt) return this.#records.decode(records)
    const items = await this.#records.decodeReadable(records)
    const complete = limit === undefined || items.length >= limit || records.length < limit
    return complete ? items : (await this._getItems(limit * 2)).slice(-limit)
  }

  protected async _addItems(items: readonly TItem[]): Promise<void> {
    const encoded = this.#records.encode(items)
    const append = Array.isArray(encoded) ? encoded : await encoded
    await this.#store.records.commit(this.sessionId, { append })
    this.#tail.append(append)
  }

  /**
   * Decodes before it removes, so that a record which cannot be decoded is never lost. Tries first with the newest record as
   * this handle remembers it, and reads where that is nothing, or not what is stored.
   */
  protected async _popItem(): Promise<TItem | undefined> {
    let popped: TItem | undefined
    await this.#modify(async () => {
      const { newest } = this.#tail
      const [guess] = newest === undefined ? [] : await this.#records.decodeReadable([newest])
      const guessed = newest !== undefined && guess !== undefined
      const expectTail = guessed ? [newest] : await this.#store.records.read(this.sessionId, 1, { latest: true })
      popped = guessed ? guess : (await this.#records.decode(expectTail))[0]
      if (popped === undefined) return { status: 'applied', dropped: [] }
      if (guessed) this.#tail.drop()
      const result = await this.#store.records.commit(this.sessionId, { expectTail, drop: 1 })
      if (result.status !== 'applied') this.#tail.forget()
      return result
    })
    return popped
  }

  protected async _clearSession(): Promise<void> {
    this.#tail.forget()
    await this.#store.records.commit(this.sessionId, { clear: true })
  }

  protected override _assertOpen(): void {
    this.#store.records.assertOpen()
  }

  protected override async _close(): Promise<void> {
    if (this.#ownsStore) await this.#store.close()
  }

  async *#items(pages: AsyncIterable<string[]>): AsyncIterable<TItem> {
    for await (const records of pages) {
      yield* await this.run('items', () =>
        this.#skipCorrupt ? this.#records.decodeReadable(records) : this.#records.decode(records),
      )
    }
  }

  /**
   * Tries with the suffix as this codec writes it, which settles a repeated operation too. Where the stored records differ
   * but mean the same (another key order, another ciphertext), tries again with those.
   */
  async #replaceSuffix(
    expected: string[],
    append: string[],
    operation: { id: string; fingerprint: string },
  ): Promise<void> {
    let expectTail = expected
    const result = await this.#modify(async () => {
      const drop = expected.length
      const attempt = await this.#store.records.commit(this.sessionId, { operation, expectTail, drop, append })
      if (attempt.status !== 'conflict') return attempt
      expectTail = await this.#store.records.read(this.sessionId, drop, { latest: true })
      const same = (await this.#records.canonical(expectTail)) === (await this.#records.canonical(expected))
      if (same) return attempt
      throw new SessionError(
        'SESSION_CONFLICT',
        'The history does not end with the expected suffix. Nothing was changed.',
      )
    })
    if (result.status === 'reused') {
      const message = 'The operation id was already applied with a different transaction. Nothing was changed.'
      throw new SessionError('SESSION_OPERATION_REUSED', message)
    }
  }

  /** Keeps the records of items that did not change, byte for byte. */
  async #reencode(before: readonly TItem[], records: readonly string[], items: readonly TItem[]): Promise<string[]> {
    const known = new Map(before.map((item, index) => [item, records[index]]))
    return Promise.all(items.map(async (item) => known.get(item) ?? (await this.#records.encode([item])).join('')))
  }

  /** Tries until the write meets the history that it was decided on. */
  async #modify(attempt: () => Promise<CommitResult>): Promise<CommitResult> {
    return inTurn(this.#store, this.sessionId, async () => {
      for (let attempts = 0; attempts < maxAttempts; attempts++) {
        const result = await attempt()
        if (result.status !== 'conflict') return result
      }
      throw new SessionError(
        'SESSION_BUSY',
        `Others changed the session ${maxAttempts} times meanwhile. Nothing was changed.`,
      )
    })
  }
}
