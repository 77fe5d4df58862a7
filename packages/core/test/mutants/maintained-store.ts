import {
  type ChangeConditions,
  type CommitResult,
  type HistoryChange,
  type Maintenance,
  placeOf,
  positionOf,
  type RecordPage,
} from '@sessions/core'
import type { Entry } from './place.ts'
import { PlainStore } from './plain-store.ts'

/** A correct store that knows `maintain` too, in steps of which a mutant may get one wrong. */
export class MaintainedStore extends PlainStore {
  protected override _supports(condition: keyof ChangeConditions): boolean {
    return condition === 'maintain'
  }

  protected override async _page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage> {
    const page = await super._page(sessionId, cursor, size)
    const [start]: [number] = cursor === undefined ? [0] : JSON.parse(cursor)
    return { ...page, places: page.records.map((record, index) => this.placeAt(start + index, record)) }
  }

  protected override apply(sessionId: string, change: HistoryChange): CommitResult {
    if (change.maintain === undefined) return super.apply(sessionId, change)
    return this.maintain(sessionId, this.load(sessionId), change.maintain)
  }

  protected maintain(sessionId: string, entry: Entry | undefined, change: Maintenance): CommitResult {
    const { replace = [], remove = [] } = change
    const places = [...replace.map(({ place }) => place), ...remove]
    if (entry === undefined || !this.hold(entry.records, places)) return { status: 'conflict' }
    for (const { place, record } of replace) entry.records[this.indexOf(place)] = record
    const gone = new Set(remove.map((place) => this.indexOf(place)))
    entry.records = entry.records.filter((_, index) => !gone.has(index))
    this.save(sessionId, entry)
    return { status: 'applied', dropped: [] }
  }

  protected hold(records: readonly string[], places: readonly string[]): boolean {
    return places.every((place) => {
      const record = records[this.indexOf(place)]
      return record !== undefined && this.placeAt(this.indexOf(place), record) === place
    })
  }

  protected placeAt(index: number, record: string): string {
    return placeOf(index, record)
  }

  protected indexOf(place: string): number {
    return Number(positionOf(place))
  }
}
