import { setImmediate as moment } from 'node:timers/promises'
import type { CommitResult, HistoryChange } from '@sessions/core'
import { type DurableMutant, durable } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'

/** Reads in one transaction and writes in another, one call after the other as `turns` says. */
abstract class LockedStore extends PlainStore {
  protected abstract turns(): { last: Promise<unknown> }

  protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const turns = this.turns()
    const mine = turns.last.then(() => this.#commit(sessionId, change))
    turns.last = mine.catch(() => {})
    return mine
  }

  async #commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const read = this.load(sessionId)
    await moment()
    await moment()
    const { load } = this
    this.load = () => read
    try {
      return this.apply(sessionId, change)
    } finally {
      this.load = load
    }
  }
}

const turnsOfProcess = { last: Promise.resolve() as Promise<unknown> }

export const durableMutants: readonly DurableMutant[] = [
  durable(
    'lock-of-the-instance',
    'lets one call of an instance wait for another, and forgets other instances',
    ['append/two-instances', 'processes/contiguous-batches', 'processes/linearizable'],
    class extends LockedStore {
      readonly #turns = { last: Promise.resolve() as Promise<unknown> }

      protected override turns(): { last: Promise<unknown> } {
        return this.#turns
      }
    },
  ),
  durable(
    'lock-of-the-process',
    'lets one call of a process wait for another, and forgets other processes',
    ['processes/contiguous-batches', 'processes/pop'],
    class extends LockedStore {
      protected override turns(): { last: Promise<unknown> } {
        return turnsOfProcess
      }
    },
  ),
  durable(
    'cache-of-the-instance',
    'keeps what it has read, and forgets that others write',
    ['durable/instances', 'processes/visible', 'concurrency/linearizable-instances'],
    class extends PlainStore {
      readonly #cache = new Map<string, Entry>()

      protected override async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
        const entry = this.#cache.get(sessionId) ?? this.load(sessionId)
        if (entry !== undefined) this.#cache.set(sessionId, entry)
        return this.newest(entry?.records ?? [], limit)
      }

      protected override save(sessionId: string, entry: Entry): void {
        this.#cache.set(sessionId, entry)
        super.save(sessionId, entry)
      }
    },
  ),
  durable(
    'cache-of-the-handle',
    'keeps the items that its handle has seen',
    ['append/read-your-writes'],
    class extends PlainStore {
      override session(sessionId: string, options?: object): ReturnType<PlainStore['session']> & never {
        const handle = super.session(sessionId, options)
        const { getItems, addItems } = handle
        let seen: Promise<never[]> | undefined
        handle.addItems = (items) => {
          seen = undefined
          return addItems.call(handle, items)
        }
        handle.getItems = (limit) => {
          if (limit !== undefined) return getItems.call(handle, limit)
          seen ??= getItems.call(handle) as Promise<never[]>
          return seen
        }
        return handle as never
      }
    },
  ),
  durable(
    'operations-in-memory',
    'keeps operation ids in memory',
    ['transactions/survive-restart', 'processes/operation-once'],
    class extends PlainStore {
      readonly #operations = new Map<string, Entry['operations']>()

      protected override load(sessionId: string): Entry | undefined {
        const entry = super.load(sessionId)
        return entry && { ...entry, operations: this.#operations.get(sessionId) ?? {} }
      }

      protected override save(sessionId: string, entry: Entry): void {
        this.#operations.set(sessionId, entry.operations)
        super.save(sessionId, entry)
      }
    },
  ),
  durable(
    'metadata-in-memory',
    'keeps metadata in memory',
    ['durable/restart', 'durable/instances'],
    class extends PlainStore {
      readonly #metadata = new Map<string, Entry['metadata']>()

      protected override save(sessionId: string, entry: Entry): void {
        this.#metadata.set(sessionId, entry.metadata)
        super.save(sessionId, { ...entry, metadata: {} })
      }

      protected override load(sessionId: string): Entry | undefined {
        const entry = super.load(sessionId)
        return entry && { ...entry, metadata: this.#metadata.get(sessionId) ?? {} }
      }
    },
  ),
  durable(
    'times-in-seconds',
    'stores instants by the second and remembers the rest',
    ['durable/restart'],
    class extends PlainStore {
      readonly #times = new Map<string, number>()

      protected override save(sessionId: string, entry: Entry): void {
        this.#times.set(sessionId, entry.updatedAt)
        super.save(sessionId, { ...entry, updatedAt: entry.updatedAt - (entry.updatedAt % 1_000) - 1 })
      }

      protected override load(sessionId: string): Entry | undefined {
        const entry = super.load(sessionId)
        return entry && { ...entry, updatedAt: this.#times.get(sessionId) ?? entry.updatedAt }
      }
    },
  ),
]
