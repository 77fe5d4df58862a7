import type { HistoryChange, SessionInfo } from '@sessions/core'
import { type Mutant, store } from './mutant.ts'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'

/** A store in which some changes do not move `updatedAt`, and so do not put off the end. */
function untouchedBy(
  name: string,
  mistake: string,
  killedBy: readonly string[],
  untouched: (change: HistoryChange) => boolean,
): Mutant {
  const Store = class extends PlainStore {
    protected override touch(entry: Entry, change: HistoryChange): number {
      return untouched(change) && entry.updatedAt >= entry.createdAt ? entry.updatedAt : super.touch(entry, change)
    }
  }
  return store(name, mistake, killedBy, Store)
}

export const timeMutants: readonly Mutant[] = [
  untouchedBy(
    'updated-not-by-pop',
    'moves updatedAt where it appends',
    ['time/updated', 'ttl/writes-refresh'],
    ({ append, metadata }) => append === undefined && metadata === undefined,
  ),
  untouchedBy(
    'updated-not-by-metadata',
    'does not move updatedAt with metadata',
    ['time/updated', 'ttl/writes-refresh'],
    ({ metadata }) => metadata !== undefined,
  ),
  store(
    'created-moves',
    'writes createdAt with every change',
    ['time/created'],
    class extends PlainStore {
      protected override save(sessionId: string, entry: Entry): void {
        super.save(sessionId, { ...entry, createdAt: entry.updatedAt })
      }
    },
  ),
  store(
    'updated-by-the-clock',
    'takes updatedAt from the clock as it is',
    ['time/updated', 'time/clock-backwards'],
    class extends PlainStore {
      protected override touch(): number {
        return this.now()
      }
    },
  ),
  store(
    'reads-touch',
    'moves updatedAt when it is read',
    ['time/updated', 'ttl/writes-refresh'],
    class extends PlainStore {
      protected override async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
        const entry = this.load(sessionId)
        if (entry !== undefined) this.save(sessionId, { ...entry, updatedAt: this.touch(entry, {}) })
        return super._read(sessionId, limit)
      }
    },
  ),
  store(
    'order-by-time',
    'orders items by the time of their writing',
    ['time/clock-backwards'],
    class extends PlainStore {
      readonly #times = new Map<string, number>()

      protected override append(records: string[], added: readonly string[]): void {
        for (const record of added) this.#times.set(record, this.now())
        super.append(records, added)
        records.sort((a, b) => (this.#times.get(a) ?? 0) - (this.#times.get(b) ?? 0))
      }
    },
  ),
  store(
    'ttl-ignored',
    'says when a session ends, and shows it all the same',
    ['ttl/gone'],
    class extends PlainStore {
      protected override isOver(): boolean {
        return false
      }
    },
  ),
  store(
    'ttl-from-creation',
    'counts the ttl from the first write',
    ['ttl/writes-refresh'],
    class extends PlainStore {
      protected override endsAt(entry: Entry, ttlMs: number): number {
        return entry.createdAt + ttlMs
      }
    },
  ),
  store(
    'ttl-too-early',
    'ends a session before its time',
    ['ttl/gone'],
    class extends PlainStore {
      protected override endsAt(entry: Entry, ttlMs: number): number {
        return entry.updatedAt + ttlMs / 2
      }
    },
  ),
  store(
    'ttl-still-popped',
    'pops from a session whose time is over',
    ['ttl/gone-for-writers'],
    class extends PlainStore {
      protected override apply(sessionId: string, change: HistoryChange) {
        const entry = this.place.read(this.key(sessionId))
        if (entry !== undefined && this.isOver(entry)) this.save(sessionId, { ...entry, updatedAt: this.now() })
        return super.apply(sessionId, change)
      }
    },
  ),
  store(
    'ttl-still-listed',
    'lists what a background job has not removed yet',
    ['ttl/not-listed'],
    class extends PlainStore {
      protected override find(): SessionInfo[] {
        return this.ids().flatMap((id) => {
          const entry = this.place.read(this.key(id))
          return entry === undefined ? [] : [this.describe(id, entry)]
        })
      }
    },
  ),
  store(
    'ttl-leaves-operations',
    'lets operation ids outlive the session',
    ['ttl/starts-anew'],
    class extends PlainStore {
      protected override load(sessionId: string): Entry | undefined {
        const entry = this.place.read(this.key(sessionId))
        const over = super.load(sessionId) === undefined
        if (entry !== undefined && over) this.#operations.set(sessionId, entry.operations)
        return over ? undefined : entry
      }

      protected override repeated(entry: Entry | undefined, change: HistoryChange) {
        const operations = Object.assign({}, ...this.#operations.values(), entry?.operations) as Entry['operations']
        return super.repeated({ ...this.create(), ...entry, operations }, change)
      }

      readonly #operations = new Map<string, Entry['operations']>()
    },
  ),
  store(
    'ttl-leaves-metadata',
    'starts a session anew in the row of the old one',
    ['ttl/starts-anew'],
    class extends PlainStore {
      protected override save(sessionId: string, entry: Entry): void {
        const old = this.place.read(this.key(sessionId))
        super.save(
          sessionId,
          this.isOver(old) && old !== undefined
            ? { ...entry, createdAt: old.createdAt, metadata: { ...old.metadata, ...entry.metadata } }
            : entry,
        )
      }
    },
  ),
  store(
    'purges-everything',
    'purges what is not written now',
    ['ttl/purge'],
    class extends PlainStore {
      protected override async _purgeExpired(): Promise<number> {
        const over = this.place.keys().filter((key) => (this.place.read(key)?.updatedAt ?? 0) < this.now() - 1)
        for (const key of over) this.place.write(key, undefined)
        return over.length
      }
    },
  ),
  store(
    'purge-deletes-nothing',
    'counts what is over and leaves it',
    ['ttl/purge'],
    class extends PlainStore {
      protected override async _purgeExpired(): Promise<number> {
        return this.place.keys().filter((key) => this.isOver(this.place.read(key))).length
      }
    },
  ),
  store(
    'expires-not-said',
    'keeps to itself when a session ends',
    ['ttl/gone'],
    class extends PlainStore {
      protected override describe(sessionId: string, entry: Entry): SessionInfo {
        const { expiresAt: _, ...info } = super.describe(sessionId, entry)
        return info
      }
    },
  ),
]
