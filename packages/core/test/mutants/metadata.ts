import { setImmediate as moment } from 'node:timers/promises'
import { type CommitResult, type HistoryChange, type JSONValue, MemoryStore, type SessionInfo } from '@sessions/core'
import { type Mutant, memoryHarness, OpenSession, session, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'

export const metadataMutants: readonly Mutant[] = [
  store(
    'metadata-replaced',
    'replaces metadata',
    ['metadata/merges'],
    class extends PlainStore {
      protected override merge(
        old: Entry['metadata'],
        patch: Record<string, JSONValue | undefined>,
      ): Entry['metadata'] {
        return super.merge(Object.keys(patch).length > 0 ? {} : old, patch)
      }
    },
  ),
  store(
    'metadata-undefined-kept',
    'keeps a key that is undefined',
    ['metadata/merges'],
    class extends PlainStore {
      protected override merge(
        old: Entry['metadata'],
        patch: Record<string, JSONValue | undefined>,
      ): Entry['metadata'] {
        return { ...old, ...patch } as Entry['metadata']
      }
    },
  ),
  store(
    'metadata-merged-deeply',
    'merges what a key holds',
    ['metadata/replaces-values'],
    class extends PlainStore {
      protected override merge(
        old: Entry['metadata'],
        patch: Record<string, JSONValue | undefined>,
      ): Entry['metadata'] {
        const isObject = (value: unknown): boolean => value?.constructor === Object
        const merged = Object.entries(patch).map(([key, value]) => {
          return [
            key,
            isObject(value) && isObject(old[key]) ? { ...(old[key] as object), ...(value as object) } : value,
          ]
        })
        return super.merge(old, Object.fromEntries(merged))
      }
    },
  ),
  store(
    'metadata-read-modify-write',
    'reads metadata, changes it and writes it back',
    ['metadata/concurrent'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        if (change.metadata === undefined) return super._commit(sessionId, change)
        const old = this.load(sessionId)?.metadata ?? {}
        await moment()
        const gone = Object.keys(this.load(sessionId)?.metadata ?? {}).map((key) => [key, undefined])
        return super._commit(sessionId, {
          ...change,
          metadata: { ...Object.fromEntries(gone), ...old, ...change.metadata },
        })
      }
    },
  ),
  session(
    'metadata-keys-as-paths',
    'takes a dot in a key for a path',
    ['metadata/values'],
    class extends OpenSession {
      override async setMetadata(patch: Record<string, JSONValue | undefined>): Promise<void> {
        const { 'a.b': dotted, ...rest } = patch
        return super.setMetadata(dotted === undefined ? patch : { ...rest, a: { b: dotted } })
      }
    },
  ),
  store(
    'metadata-shared',
    'hands out the metadata that it keeps',
    ['metadata/copies'],
    class extends PlainStore {
      readonly #kept = new Map<string, Entry['metadata']>()

      protected override async _info(sessionId: string): Promise<SessionInfo | undefined> {
        const info = await super._info(sessionId)
        if (info?.metadata === undefined) return info
        this.#kept.set(sessionId, this.#kept.get(sessionId) ?? info.metadata)
        return { ...info, metadata: this.#kept.get(sessionId) ?? {} }
      }
    },
  ),
  session(
    'metadata-through-json',
    'stores what JSON makes of metadata',
    ['metadata/refused'],
    class extends OpenSession {
      override async setMetadata(patch: Record<string, JSONValue | undefined>): Promise<void> {
        const defined = Object.entries(patch ?? {}).map(([key, value]) => [
          key,
          value === undefined ? value : JSON.parse(JSON.stringify(value)),
        ])
        return super.setMetadata(patch instanceof Object ? Object.fromEntries(defined) : patch)
      }
    },
  ),
  store(
    'count-only-grows',
    'counts what is appended and forgets what is dropped',
    ['metadata/info'],
    class extends PlainStore {
      readonly #counts = new Map<string, number>()

      protected override save(sessionId: string, entry: Entry): void {
        this.#counts.set(sessionId, Math.max(entry.records.length, this.#counts.get(sessionId) ?? 0))
        super.save(sessionId, entry)
      }

      protected override describe(sessionId: string, entry: Entry): SessionInfo {
        return { ...super.describe(sessionId, entry), itemCount: this.#counts.get(sessionId) ?? 0 }
      }
    },
  ),
  store('list-not-declared', 'lists, and declares that it cannot', ['list/refused'], PlainStore, { list: false }),
  store(
    'transactions-not-declared',
    'applies transactions, and declares that it cannot',
    ['transactions/absent'],
    PlainStore,
    { transactions: false },
  ),
  store('ttl-not-declared', 'has a ttl, and declares none', ['time/no-ttl'], PlainStore, { ttl: false }),
  {
    name: 'durable-not-declared',
    mistake: 'keeps what it was given, and declares that it does not',
    killedBy: ['durable/absent'],
    harness: () => {
      const kept = new MemoryStore()
      class Kept extends PlainStore {
        protected override async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
          return kept.records.read(sessionId, limit)
        }

        protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
          return kept.records.commit(sessionId, change)
        }
      }
      return memoryHarness('durable-not-declared', Kept)
    },
  },
]
