import { setImmediate as moment } from 'node:timers/promises'
import type { HistoryChange, JSONValue } from '@sessions/core'
import { HistoryStore } from './history-store.ts'
import { type Item, type Mutant, OpenSession, type SessionClass, session, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore, type PlainStoreOptions } from './plain-store.ts'

type Options = Parameters<OpenSession['replaceItems']>[1]
type Replaced = Awaited<ReturnType<OpenSession['replaceItems']>>
type Update = Parameters<OpenSession['updateMetadata']>[0]

function wrong(name: string, mistake: string, killedBy: readonly string[], Session: SessionClass): Mutant {
  return session(name, mistake, killedBy, Session, HistoryStore)
}

export const replacingMutants: readonly Mutant[] = [
  wrong(
    'replaces-everything',
    'writes the whole list anew, also what has not changed',
    ['replace/list'],
    class extends OpenSession {
      override async replaceItems(items: readonly Item[], options?: Options): Promise<Replaced> {
        const result = await super.replaceItems(items, options)
        const all = await this.getItems()
        if (result.kept > 0) await this.replaceHistoryWithCompaction(all)
        return result
      }
    },
  ),
  wrong(
    'replaces-only-the-end',
    'adds what is new, and leaves what is no longer in the list',
    ['replace/list'],
    class extends OpenSession {
      override async replaceItems(items: readonly Item[], options?: Options): Promise<Replaced> {
        const before = Array.isArray(items) ? await this.getItems() : []
        const result = await super.replaceItems(items, options)
        if (result.removed > 0 && result.added === 0) await this.addItems(before.slice(result.kept))
        return result
      }
    },
  ),
  wrong(
    'replaces-by-text',
    'compares items as text',
    ['replace/structural'],
    class extends OpenSession {
      override async replaceItems(items: readonly Item[], options?: Options): Promise<Replaced> {
        const before = Array.isArray(items) ? await this.getItems() : []
        const kept = before.findIndex((item, index) => JSON.stringify(item) !== JSON.stringify(items[index]))
        if (kept < 0 || options !== undefined) return super.replaceItems(items, options)
        await super.replaceItems(items.slice(0, kept))
        return { ...(await super.replaceItems(items)), kept, removed: before.length - kept }
      }
    },
  ),
  wrong(
    'replaces-always',
    'writes though nothing is to be done',
    ['replace/structural'],
    class extends OpenSession {
      override async replaceItems(items: readonly Item[], options?: Options): Promise<Replaced> {
        const result = await super.replaceItems(items, options)
        await this.setMetadata({ replaced: undefined })
        return result
      }
    },
  ),
  wrong(
    'replaces-by-clearing',
    'deletes a session whose list is empty',
    ['replace/empty'],
    class extends OpenSession {
      override async replaceItems(items: readonly Item[], options?: Options): Promise<Replaced> {
        const result = await super.replaceItems(items, options)
        if (items.length === 0) await this.delete()
        return result
      }
    },
  ),
  wrong(
    'replaces-what-is-not-there',
    'makes a session for an empty list',
    ['replace/empty'],
    class extends OpenSession {
      override async replaceItems(items: readonly Item[], options?: Options): Promise<Replaced> {
        const result = await super.replaceItems(items, options)
        if (items.length === 0) await this.setMetadata({ list: undefined })
        return result
      }
    },
  ),
  wrong(
    'replaces-whatever-is-newest',
    'does not ask what the caller has seen',
    ['replace/expected'],
    class extends OpenSession {
      override async replaceItems(items: readonly Item[], options: Options = {}): Promise<Replaced> {
        const { expectNewest, ...rest } = options
        const known = expectNewest === null || typeof expectNewest === 'string'
        return super.replaceItems(items, known ? rest : options)
      }
    },
  ),
  wrong(
    'nothing-expected',
    'takes null, which says that the history is expected to be empty, for no expectation',
    ['replace/expected'],
    class extends OpenSession {
      override async replaceItems(items: readonly Item[], options: Options = {}): Promise<Replaced> {
        const { expectNewest, ...rest } = options
        return super.replaceItems(items, expectNewest === null ? rest : options)
      }
    },
  ),
  wrong(
    'replaces-in-two-steps',
    'empties the history, and then writes the list',
    ['replace/concurrent'],
    class extends OpenSession {
      override async replaceItems(items: readonly Item[], options?: Options): Promise<Replaced> {
        const before = await this.getItems()
        await super.replaceItems([], options)
        await moment()
        await this.addItems(items)
        return { kept: 0, removed: before.length, added: items.length }
      }
    },
  ),
  wrong(
    'replaces-item-by-item',
    'writes the list an item at a time',
    ['replace/concurrent'],
    class extends OpenSession {
      override async replaceItems(items: readonly Item[], options?: Options): Promise<Replaced> {
        const replaced = await super.replaceItems(items.slice(0, 1), options)
        for (const item of items.slice(1)) await this.addItems([item])
        return { ...replaced, added: items.length }
      }
    },
  ),
  store(
    'expect-metadata-ignored',
    'says that it knows expectMetadata, and does not look',
    ['records/expect-metadata'],
    class extends HistoryStore {
      protected override conflict(entry: Entry | undefined, change: HistoryChange): 'conflict' | undefined {
        const { expectMetadata: _, ...rest } = change
        return super.conflict(entry, rest)
      }
    },
  ),
  store(
    'expect-metadata-in-order',
    'compares metadata as text',
    ['records/expect-metadata'],
    class extends HistoryStore {
      protected override conflict(entry: Entry | undefined, change: HistoryChange): 'conflict' | undefined {
        const { expectMetadata, ...rest } = change
        const found = JSON.stringify(entry?.metadata ?? {})
        if (expectMetadata !== undefined && found !== JSON.stringify(expectMetadata)) return 'conflict'
        return super.conflict(entry, rest)
      }
    },
  ),
  store(
    'expect-newest-by-record',
    'takes an entry for another that holds the same',
    ['records/expect-newest'],
    class extends HistoryStore {
      readonly #records = new Map<string, string>()

      protected override conflict(entry: Entry | undefined, change: HistoryChange): 'conflict' | undefined {
        for (const [index, id] of (entry?.ids ?? []).entries()) this.#records.set(id, entry?.records[index] ?? '')
        const { expectNewest, ...rest } = change
        if (expectNewest === undefined || expectNewest === null) return super.conflict(entry, change)
        return this.#records.get(expectNewest) === entry?.records.at(-1) ? super.conflict(entry, rest) : 'conflict'
      }
    },
  ),
  store(
    'create-though-there',
    'says that it knows create, and does not look',
    ['records/create'],
    class extends HistoryStore {
      protected override taken(): undefined {}
    },
  ),
  store(
    'create-counts-records',
    'takes a session without records for none',
    ['records/create'],
    class extends HistoryStore {
      protected override taken(entry: Entry | undefined, change: HistoryChange): 'exists' | undefined {
        return entry?.records.length === 0 ? undefined : super.taken(entry, change)
      }
    },
  ),
  store(
    'conditions-unsaid',
    'takes changes with conditions that it does not know, and drops these',
    ['records/unknown-conditions'],
    class extends PlainStore {
      constructor(options: PlainStoreOptions) {
        super(options)
        this.records.commit = (sessionId, change) => this._commit(sessionId, change)
      }
    },
  ),
  wrong(
    'update-read-modify-write',
    'reads metadata, changes them, and writes them on no condition',
    ['update/concurrent'],
    class extends OpenSession {
      override async updateMetadata(update: Update): Promise<void> {
        const read = (await this.info())?.metadata ?? {}
        await moment()
        await this.setMetadata((await update(read)) as Record<string, JSONValue | undefined>)
      }
    },
  ),
  wrong(
    'update-once',
    'gives up silently where somebody was faster',
    ['update/concurrent'],
    class extends OpenSession {
      override async updateMetadata(update: Update): Promise<void> {
        if (typeof update !== 'function') return super.updateMetadata(update)
        const read = (await this.info())?.metadata ?? {}
        const metadata = (await update(read)) as Record<string, JSONValue | undefined>
        if (metadata?.constructor !== Object) return super.updateMetadata(update)
        await this.log.records.commit(this.sessionId, { expectMetadata: read, metadata })
      }
    },
  ),
]
