import { setImmediate as moment } from 'node:timers/promises'
import type { CommitResult, DeleteTarget, HistoryChange, SessionInfo } from '@sessions/core'
import { type Mutant, shared, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore, type PlainStoreOptions } from './plain-store.ts'

export const expiryMutants: readonly Mutant[] = [
  store(
    'purge-leaves-records',
    'purges the row of a session, and not the table of its records',
    ['ttl/purge-leaves-nothing'],
    class extends PlainStore {
      readonly #records = new Map<string, string[]>()

      protected override async _purgeExpired(...given: Parameters<PlainStore['_purgeExpired']>): Promise<number> {
        for (const key of this.place.keys()) {
          const entry = this.place.read(key)
          if (this.isOver(entry) && entry !== undefined) this.#records.set(key, entry.records)
        }
        return super._purgeExpired(...given)
      }

      protected override create(): Entry {
        const [key, records] = [...this.#records][0] ?? []
        if (key !== undefined) this.#records.delete(key)
        return { ...super.create(), records: [...(records ?? [])] }
      }
    },
  ),
  store(
    'purge-leaves-operations',
    'purges the row of a session, and not the table of its operations',
    ['ttl/purge-leaves-nothing'],
    class extends PlainStore {
      #operations: Entry['operations'] = {}

      protected override async _purgeExpired(...given: Parameters<PlainStore['_purgeExpired']>): Promise<number> {
        for (const key of this.place.keys()) Object.assign(this.#operations, this.place.read(key)?.operations)
        return super._purgeExpired(...given)
      }

      protected override create(): Entry {
        return { ...super.create(), operations: { ...this.#operations } }
      }

      protected override repeated(entry: Entry | undefined, change: HistoryChange) {
        return super.repeated(entry ?? this.create(), change)
      }
    },
  ),
  store(
    'purge-counts-records',
    'counts the rows that it purges, of whatever table',
    ['ttl/purge-leaves-nothing'],
    class extends PlainStore {
      protected override async _purgeExpired(...given: Parameters<PlainStore['_purgeExpired']>): Promise<number> {
        const over = this.place.keys().flatMap((key) => (this.isOver(this.place.read(key)) ? [this.place.read(key)] : []))
        await super._purgeExpired(...given)
        return over.reduce((sum, entry) => sum + 1 + (entry?.records.length ?? 0), 0)
      }
    },
  ),
  store(
    'purge-in-two-steps',
    'finds what is over, thinks, and deletes it',
    ['ttl/purge-while-writing'],
    class extends PlainStore {
      protected override async _purgeExpired(): Promise<number> {
        const over = this.place.keys().filter((key) => this.isOver(this.place.read(key)))
        await moment()
        await moment()
        for (const key of over) this.place.write(key, undefined)
        return over.length
      }
    },
  ),
  store(
    'expires-from-asking',
    'says that a session ends a ttl from now',
    ['ttl/expires-at'],
    class extends PlainStore {
      protected override describe(sessionId: string, entry: Entry): SessionInfo {
        return { ...super.describe(sessionId, entry), expiresAt: new Date(this.now() + (this.ttlMs ?? 0)) }
      }
    },
  ),
  store(
    'expires-from-creation',
    'says that a session ends a ttl after its first write',
    ['ttl/expires-at'],
    class extends PlainStore {
      protected override describe(sessionId: string, entry: Entry): SessionInfo {
        const { createdAt, updatedAt } = entry
        return { ...super.describe(sessionId, entry), expiresAt: new Date(Math.min(createdAt, updatedAt) + (this.ttlMs ?? 0)) }
      }
    },
  ),
  store(
    'created-when-asked',
    'takes the time of asking for createdAt',
    ['time/created', 'list/newest-first'],
    class extends PlainStore {
      protected override describe(sessionId: string, entry: Entry): SessionInfo {
        return { ...super.describe(sessionId, entry), createdAt: new Date(this.now()) }
      }
    },
    {},
    { real: true },
  ),
  store(
    'updated-when-read',
    'writes down when a session was read',
    ['time/updated'],
    class extends PlainStore {
      protected override async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
        const entry = this.load(sessionId)
        if (entry !== undefined) this.save(sessionId, { ...entry, updatedAt: Math.max(entry.updatedAt, this.now()) })
        return super._read(sessionId, limit)
      }
    },
    {},
    { real: true },
  ),
  store(
    'idle-writes-time',
    'writes the time for a commit that changes nothing',
    ['records/idle'],
    class extends PlainStore {
      protected override apply(sessionId: string, change: HistoryChange): CommitResult {
        const entry = this.load(sessionId)
        if (entry !== undefined) this.save(sessionId, { ...entry, updatedAt: Math.max(entry.updatedAt, this.now()) })
        return super.apply(sessionId, change)
      }
    },
    {},
    { real: true },
  ),
  store(
    'list-by-creation-in-time',
    'lists what was created last first, by a clock that moves',
    ['list/newest-first'],
    class extends PlainStore {
      protected override compare(a: SessionInfo, b: SessionInfo): number {
        return b.createdAt.getTime() - a.createdAt.getTime()
      }
    },
    {},
    { real: true },
  ),
  store(
    'updated-by-a-real-clock',
    'takes updatedAt from the clock as it is, which often stands still between two changes',
    ['time/updated'],
    class extends PlainStore {
      protected override touch(): number {
        return this.now()
      }
    },
    {},
    { real: true },
  ),
  shared(
    'updated-grows-for-each-instance',
    'remembers in each instance how far updatedAt has grown',
    ['time/instances'],
    class extends PlainStore {
      readonly #latest = new Map<PlainStore, number>()

      protected override touch(): number {
        const updatedAt = Math.max(this.now(), (this.#latest.get(this) ?? 0) + 1)
        this.#latest.set(this, updatedAt)
        return updatedAt
      }
    },
  ),
  store(
    'delete-first-100',
    'deletes as many as one statement takes, and counts them all',
    ['delete/many'],
    class extends PlainStore {
      protected override async _deleteUnchanged(
        targets: readonly DeleteTarget[],
        ...rest: unknown[]
      ): Promise<number> {
        await (super._deleteUnchanged as (targets: readonly DeleteTarget[], ...rest: unknown[]) => Promise<number>).call(
          this,
          targets.slice(0, 100),
          ...rest,
        )
        return targets.length
      }
    },
  ),
  store(
    'delete-in-two-steps',
    'empties the session in one step and removes it in another',
    ['delete/beside-writes'],
    class extends PlainStore {
      protected override async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean> {
        const entry = this.load(sessionId)
        if (entry === undefined) return super._delete(sessionId, unchangedSince)
        const before = entry.records.length
        await moment()
        const now = this.load(sessionId)
        if (now !== undefined) this.save(sessionId, { ...now, records: now.records.slice(before - 1) })
        return true
      }

      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        await moment()
        return super._commit(sessionId, change)
      }
    },
  ),
]

export type { PlainStoreOptions }
