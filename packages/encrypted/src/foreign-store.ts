import {
  type ChangeConditions,
  type CommitResult,
  type HistoryChange,
  jsonCodec,
  type Maintenance,
  placeOf,
  positionOf,
  type RecordPage,
  SessionError,
  type SessionInfo,
  SessionStore,
} from '@sessions/core'
import { ForeignOperations } from './foreign-operations.ts'
import type { ForeignSession, Transaction } from './underlying-session.ts'

/** What all wrappers of one session share. */
interface Shared {
  operations: ForeignOperations
  /** Settles when the writes so far have ended. */
  turn: Promise<unknown>
}

/** What sessions of this library have, in every copy of core. */
const ours = Symbol.for('@sessions/core.onHistory')

const sharedBySession = new WeakMap<object, Shared>()

/**
 * One session of anybody's, as a store of records: an envelope is an item there. A conditional write is one of its transactions;
 * where it has none, a pop is checked and then done, in turn with the other writes of this process, and undone where another
 * process came between. What it cannot do at all is refused.
 */
export class ForeignStore extends SessionStore {
  readonly #session: ForeignSession
  readonly #shared: Shared

  constructor(session: ForeignSession) {
    super()
    this.#session = session
    this.#shared = sharedBySession.get(session) ?? { operations: new ForeignOperations(), turn: Promise.resolve() }
    sharedBySession.set(session, this.#shared)
  }

  protected async _read(_sessionId: string, limit: number | undefined): Promise<string[]> {
    const items = await (limit === undefined ? this.#readAll() : this.#session.getItems(limit))
    return items.map(toRecord)
  }

  protected _commit(_sessionId: string, change: HistoryChange): Promise<CommitResult> {
    return this.#inTurn(() => this.#apply(change))
  }

  protected _delete(): Promise<boolean> {
    return this.#inTurn(async () => {
      await this.#session.clearSession()
      this.#shared.operations.forget()
      return true
    })
  }

  /** Where it stands is all that an item of another session has for a name. */
  protected override async _page(sessionId: string): Promise<RecordPage> {
    const records = await this._read(sessionId, undefined)
    return { records, places: records.map((record, index) => placeOf(index, record)) }
  }

  protected override _supports(condition: keyof ChangeConditions): boolean {
    return condition === 'maintain' && this.#session.applyHistoryTransaction !== undefined
  }

  protected async _info(): Promise<SessionInfo | undefined> {
    throw unsupported('say anything about itself')
  }

  protected _list(): AsyncIterable<SessionInfo> {
    throw unsupported('list sessions')
  }

  /** Without a number, one of ours may have a default limit; that of others' is theirs to know. */
  #readAll(): Promise<object[]> {
    return ours in this.#session ? this.#session.getItems(Number.MAX_SAFE_INTEGER) : this.#session.getItems()
  }

  async #apply(change: HistoryChange): Promise<CommitResult> {
    if (change.maintain !== undefined) return this.#maintain(change.maintain)
    const { operation, expectTail = [], drop = 0, append = [], metadata } = change
    if (change.clear === true) return this.#clear(change)
    if (metadata !== undefined) throw unsupported('hold metadata')
    if (operation !== undefined) {
      return this.#shared.operations.apply(
        operation,
        () => this.#prepare(change),
        (transaction) => this.#send(operation.id, transaction),
      )
    }
    if (expectTail.length === 0 && drop === 0) {
      if (append.length > 0) await this.#session.addItems(append.map(toItem))
      return { status: 'applied', dropped: [] }
    }
    const transaction = await this.#prepare(change)
    if (transaction === undefined) return { status: 'conflict' }
    if (drop === 0 && append.length === 0) return { status: 'applied', dropped: [] }
    if (this.#session.applyHistoryTransaction !== undefined) await this.#send(crypto.randomUUID(), transaction)
    else if (drop === 1 && append.length === 0) return this.#pop(expectTail.at(-1), change.returnDropped === true)
    else if (drop === 'all') await this.#replaceAll(append)
    else throw unsupported('replace items in one step: it has no applyHistoryTransaction()')
    const kept = drop === 'all' ? 0 : expectTail.length - drop
    return { status: 'applied', dropped: change.returnDropped === true ? expectTail.slice(kept) : [] }
  }

  async #clear({ operation, expectTail = [], append = [] }: HistoryChange): Promise<CommitResult> {
    const alone = operation === undefined && expectTail.length === 0 && append.length === 0
    if (!alone) throw unsupported('clear its history and do something else in one step')
    await this.#session.clearSession()
    this.#shared.operations.forget()
    return { status: 'applied', dropped: [] }
  }

  /** The SDK's words for it: all from the first record that changes is replaced, by itself where it stays. */
  async #maintain({ replace = [], remove = [] }: Maintenance): Promise<CommitResult> {
    const items = await this.#readAll()
    const records = items.map(toRecord)
    const places = [...replace.map(({ place }) => place), ...remove]
    const holds = (place: string): boolean => {
      const record = records[Number(positionOf(place))]
      return record !== undefined && placeOf(positionOf(place), record) === place
    }
    if (!places.every(holds)) return { status: 'conflict' }
    const first = Math.min(...places.map((place) => Number(positionOf(place))))
    const after = new Map(replace.map(({ place, record }) => [Number(positionOf(place)), [toItem(record)]]))
    for (const place of remove) after.set(Number(positionOf(place)), [])
    const replacement = items.flatMap((item, index) => (index < first ? [] : (after.get(index) ?? [item])))
    await this.#send(crypto.randomUUID(), { type: 'replace_suffix', expectedSuffix: items.slice(first), replacement })
    return { status: 'applied', dropped: [] }
  }

  /** The change in the words of the SDK; `undefined` where the history does not end as it expects. */
  async #prepare({ expectTail = [], drop = 0, append = [] }: HistoryChange): Promise<Transaction | undefined> {
    if (expectTail.length === 0) return { type: 'append_items', items: append.map(toItem) }
    const expectedSuffix = await this.#session.getItems(expectTail.length)
    if (!equal(expectedSuffix.map(toRecord), expectTail)) return undefined
    const kept = drop === 'all' ? 0 : expectTail.length - drop
    return {
      type: 'replace_suffix',
      expectedSuffix,
      replacement: [...expectedSuffix.slice(0, kept), ...append.map(toItem)],
    }
  }

  async #send(operationId: string, transaction: Transaction): Promise<void> {
    if (this.#session.applyHistoryTransaction === undefined) throw unsupported('apply transactions')
    await this.#session.applyHistoryTransaction({ operationId, transaction })
  }

  /** What was popped instead of the record that was opened is the business of whoever opens it: back to its place. */
  async #pop(expected: string | undefined, returnDropped: boolean): Promise<CommitResult> {
    const popped = await this.#session.popItem()
    if (popped === undefined) return { status: 'conflict' }
    const record = toRecord(popped)
    if (record === expected) return { status: 'applied', dropped: returnDropped ? [record] : [] }
    await this.#session.addItems([popped])
    return { status: 'conflict' }
  }

  /** Compaction, as that session does it: whatever others append meanwhile goes too. */
  async #replaceAll(append: readonly string[]): Promise<void> {
    if (this.#session.replaceHistoryWithCompaction === undefined) throw unsupported('replace its history')
    await this.#session.replaceHistoryWithCompaction(append.map(toItem))
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#shared.turn.then(work, work)
    this.#shared.turn = mine
    return mine
  }
}

/**
 * The SDK takes an item for one of a type that it knows, and lets fields pass that it does not, where it is `unknown`; a transaction
 * of its own memory session refuses anything else.
 */
const envelopeType = 'unknown'

function toItem(record: string): object {
  const item: object = jsonCodec.decode(record)
  return isEnvelope(item) ? { type: envelopeType, ...item } : item
}

function toRecord(item: object): string {
  if (!isEnvelope(item)) return jsonCodec.encode(item)
  const { type, ...envelope } = item
  return jsonCodec.encode(type === envelopeType ? envelope : item)
}

function isEnvelope(item: object): item is { type?: unknown } {
  return Object.hasOwn(item, '__enc__')
}

function equal(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((record, index) => record === other[index])
}

function unsupported(what: string): SessionError {
  return new SessionError('SESSION_UNSUPPORTED', `The underlying session cannot ${what}. Nothing was changed.`)
}
