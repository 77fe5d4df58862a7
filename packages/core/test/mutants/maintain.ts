import type { ChangeConditions, CommitResult, Maintenance } from '@sessions/core'
import { MaintainedStore } from './maintained-store.ts'
import { type Mutant, store } from './mutant.ts'
import type { Entry } from './place.ts'

export const maintainMutants: readonly Mutant[] = [
  store(
    'maintain-appends',
    'writes what replaces a record at the end',
    ['maintain/in-place', 'maintain/beside-appends'],
    class extends MaintainedStore {
      protected override maintain(id: string, entry: Entry | undefined, change: Maintenance): CommitResult {
        const { replace = [], remove = [] } = change
        const gone = [...remove, ...replace.map(({ place }) => place)]
        const result = super.maintain(id, entry, { remove: gone })
        const left = this.load(id)
        if (result.status !== 'applied' || left === undefined) return result
        this.save(id, { ...left, records: [...left.records, ...replace.map(({ record }) => record)] })
        return result
      }
    },
  ),
  store(
    'maintain-by-text',
    'finds what it replaces by what it holds, which others may hold too',
    ['maintain/in-place'],
    class extends MaintainedStore {
      protected override placeAt(_index: number, record: string): string {
        return super.placeAt(0, record)
      }
    },
  ),
  store(
    'maintain-one-by-one',
    'removes one record after the other, by positions from before',
    ['maintain/in-place'],
    class extends MaintainedStore {
      protected override maintain(id: string, entry: Entry | undefined, change: Maintenance): CommitResult {
        const { replace = [], remove = [] } = change
        const result = super.maintain(id, entry, { replace })
        const left = this.load(id)
        if (result.status !== 'applied' || left === undefined) return result
        for (const place of remove.toReversed()) left.records.splice(this.indexOf(place), 1)
        this.save(id, left)
        return result
      }
    },
  ),
  store(
    'maintain-touches',
    'counts maintenance as a change of the session',
    ['maintain/is-no-use'],
    class extends MaintainedStore {
      protected override maintain(id: string, entry: Entry | undefined, change: Maintenance): CommitResult {
        const result = super.maintain(id, entry, change)
        const left = this.load(id)
        if (result.status === 'applied' && left !== undefined) this.save(id, { ...left, updatedAt: left.updatedAt + 1 })
        return result
      }
    },
  ),
  store(
    'maintain-forgets',
    'removes the session with its last record',
    ['maintain/is-no-use'],
    class extends MaintainedStore {
      protected override maintain(id: string, entry: Entry | undefined, change: Maintenance): CommitResult {
        const result = super.maintain(id, entry, change)
        if (this.load(id)?.records.length === 0) this.remove(id)
        return result
      }
    },
  ),
  store(
    'maintain-unconditional',
    'takes a position for a place, whatever stands there now',
    ['maintain/conflict'],
    class extends MaintainedStore {
      protected override hold(records: readonly string[], places: readonly string[]): boolean {
        return places.every((place) => records[this.indexOf(place)] !== undefined)
      }
    },
  ),
  store(
    'maintain-by-halves',
    'does what it can where one place is gone',
    ['maintain/conflict'],
    class extends MaintainedStore {
      protected override maintain(id: string, entry: Entry | undefined, change: Maintenance): CommitResult {
        const { replace = [], remove = [] } = change
        const held = (place: string): boolean => this.hold(entry?.records ?? [], [place])
        const possible = { replace: replace.filter(({ place }) => held(place)), remove: remove.filter(held) }
        super.maintain(id, entry, possible)
        return super.maintain(id, entry, change)
      }
    },
  ),
  store(
    'maintain-all-or-conflict',
    'lets anything that was written meanwhile stand in the way',
    ['maintain/beside-appends'],
    class extends MaintainedStore {
      readonly #lengths = new Map<string, number>()

      protected override async _page(id: string, cursor: string | undefined, size: number) {
        this.#lengths.set(id, this.load(id)?.records.length ?? 0)
        return super._page(id, cursor, size)
      }

      protected override maintain(id: string, entry: Entry | undefined, change: Maintenance): CommitResult {
        if (entry?.records.length !== this.#lengths.get(id)) return { status: 'conflict' }
        return super.maintain(id, entry, change)
      }
    },
  ),
  store(
    'maintain-creates',
    'makes the session that it is asked to maintain',
    ['maintain/conflict'],
    class extends MaintainedStore {
      protected override maintain(id: string, entry: Entry | undefined, change: Maintenance): CommitResult {
        if (entry === undefined) this.save(id, this.create())
        return super.maintain(id, entry, change)
      }
    },
  ),
  store(
    'maintain-unchecked',
    'lets maintenance past the checks',
    ['maintain/refused'],
    class extends MaintainedStore {
      constructor(options: ConstructorParameters<typeof MaintainedStore>[0]) {
        super(options)
        this.records.commit = (sessionId, change) => this._commit(sessionId, change)
      }
    },
  ),
  store(
    'maintain-ignored',
    'says that it does not know maintenance, and is asked all the same',
    ['maintain/declared'],
    class extends MaintainedStore {
      constructor(options: ConstructorParameters<typeof MaintainedStore>[0]) {
        super(options)
        this.records.commit = (sessionId, change) => this._commit(sessionId, change)
      }

      protected override _supports(_condition: keyof ChangeConditions): boolean {
        return false
      }
    },
  ),
]
