import { setImmediate as moment } from 'node:timers/promises'
import type { CommitResult, DeleteTarget, HistoryChange, SessionInfo } from '@sessions/core'
import { type Mutant, shared, store } from './mutant.ts'
import type { Entry, Place } from './place.ts'
import { PlainStore } from './plain-store.ts'

/** Removes what is chosen, and gives it. */
function purge(place: Place, choose: (key: string, entry: Entry) => boolean): Entry[] {
  return place.keys().flatMap((key) => {
    const entry = place.read(key)
    if (entry === undefined || !choose(key, entry)) return []
    place.write(key, undefined)
    return [entry]
  })
}

export const expiryMutants: readonly Mutant[] = [
  store(
    'purge-leaves-records',
    'purges the row of a session, and not the table of its records',
    ['ttl/purge-leaves-nothing'],
    class extends PlainStore {
      readonly #records = new Map<string, string[]>()

      protected override async _purgeExpired(): Promise<number> {
        return purge(this.place, (key, entry) => {
          if (this.isOver(entry)) this.#records.set(key, entry.records)
          return this.isOver(entry)
        }).length
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

      protected override async _purgeExpired(): Promise<number> {
        return purge(this.place, (_, entry) => {
          if (this.isOver(entry)) Object.assign(this.#operations, entry.operations)
          return this.isOver(entry)
        }).length
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
      protected override async _purgeExpired(): Promise<number> {
        const purged = purge(this.place, (_, entry) => this.isOver(entry))
        return purged.reduce((sum, { records }) => sum + 1 + records.length, 0)
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
        return {
          ...super.describe(sessionId, entry),
          expiresAt: new Date(Math.min(createdAt, updatedAt) + (this.ttlMs ?? 0)),
        }
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
      protected override async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
        await super._deleteUnchanged(targets.slice(0, 100))
        return targets.length
      }
    },
  ),
  store(
    'delete-forgets-the-count-later',
    'removes the session, and a moment later the count of its records',
    ['delete/beside-writes'],
    class extends PlainStore {
      readonly #counts = new Map<string, number>()

      protected override async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean | 'lost'> {
        const deleted = await super._delete(sessionId, unchangedSince)
        await moment()
        this.#counts.delete(sessionId)
        return deleted
      }

      protected override save(sessionId: string, entry: Entry): void {
        const before = this.load(sessionId)?.records.length ?? 0
        const change = entry.records.length - before
        this.#counts.set(sessionId, (this.#counts.get(sessionId) ?? 0) + change)
        super.save(sessionId, entry)
      }

      protected override describe(sessionId: string, entry: Entry): SessionInfo {
        return { ...super.describe(sessionId, entry), itemCount: this.#counts.get(sessionId) ?? 0 }
      }
    },
  ),
]
