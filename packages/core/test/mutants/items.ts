import { setImmediate as moment } from 'node:timers/promises'
import type { CommitResult, HistoryChange } from '@sessions/core'
import { type Item, type Mutant, OpenSession, session, store } from './mutant.ts'
import { PlainStore } from './plain-store.ts'

export const itemMutants: readonly Mutant[] = [
  store(
    'order-by-text-number',
    'orders by numbers that it compares as text: "9" after "10"',
    ['append/order', 'append/large-batch'],
    class extends PlainStore {
      protected override newest(records: string[], limit: number | undefined): string[] {
        const rows = records.map((record, index) => ({ record, id: String(index + 1) }))
        return super.newest(
          rows.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ record }) => record),
          limit,
        )
      }
    },
  ),
  store(
    'order-by-text-number-in-batch',
    'orders the items of one batch by the text of their places',
    ['append/order-within-batch'],
    class extends PlainStore {
      protected override append(records: string[], added: readonly string[]): void {
        const places = added.map((_, place) => String(place)).sort()
        super.append(
          records,
          places.map((place) => added[Number(place)] ?? ''),
        )
      }
    },
  ),
  store(
    'batch-reversed',
    'inserts a batch in the order of a stack',
    ['append/order-within-batch'],
    class extends PlainStore {
      protected override append(records: string[], added: readonly string[]): void {
        super.append(records, added.toReversed())
      }
    },
  ),
  store(
    'batch-of-1000',
    'inserts the first 1,000 rows of a batch, as many as one statement takes',
    ['append/large-batch'],
    class extends PlainStore {
      protected override append(records: string[], added: readonly string[]): void {
        super.append(records, added.slice(0, 1_000))
      }
    },
  ),
  store(
    'equal-records-once',
    'keeps records as a set',
    ['append/equal-items', 'transactions/replace-once'],
    class extends PlainStore {
      protected override append(records: string[], added: readonly string[]): void {
        for (const record of added) if (!records.includes(record)) records.push(record)
      }
    },
  ),
  session(
    'empty-batch-creates',
    'opens the session before it looks at the batch',
    ['append/empty'],
    class extends OpenSession {
      override async addItems(items: readonly Item[]): Promise<void> {
        if (Array.isArray(items) && items.length === 0)
          await this.log.records.commit(this.sessionId, { metadata: { opened: true } })
        return super.addItems(items)
      }
    },
  ),
  session(
    'one-by-one',
    'adds one item after the other, until one fails',
    ['append/all-or-none', 'append/contiguous-batches'],
    class extends OpenSession {
      override async addItems(items: readonly Item[]): Promise<void> {
        if (!Array.isArray(items) || items.length === 0) return super.addItems(items)
        for (const item of items) await super.addItems([item])
      }
    },
  ),
  store(
    'batch-split',
    'writes a batch record by record',
    ['append/contiguous-batches'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        for (const record of change.append ?? []) {
          await moment()
          await super._commit(sessionId, { append: [record] })
        }
        return { status: 'applied', dropped: [] }
      }
    },
  ),
  store(
    'lost-update',
    'reads, thinks, and writes what it has read, changed',
    ['append/contiguous-batches', 'concurrency/linearizable'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        const before = this.load(sessionId)
        await moment()
        const now = this.load(sessionId)
        if (before !== undefined) this.save(sessionId, before)
        const result = await super._commit(sessionId, change)
        if (now !== undefined && result.status !== 'applied') this.save(sessionId, now)
        return result
      }
    },
  ),
  session(
    'reads-too-late',
    'reads the items after its first await',
    ['append/takes-a-copy'],
    class extends OpenSession {
      override async addItems(items: readonly Item[]): Promise<void> {
        await moment()
        return super.addItems(items)
      }
    },
  ),
  session(
    'hands-out-its-own',
    'keeps decoded items and hands them out again',
    ['append/gives-copies'],
    class extends OpenSession {
      #items: Item[] = []

      override async getItems(limit?: number): Promise<Item[]> {
        const items = await super.getItems(limit)
        if (items.length !== this.#items.length) this.#items = items
        return this.#items
      }
    },
  ),
]
