import { SessionError } from '../errors/session-error.ts'
import { type Maintenance, placeOf, positionOf } from '../store/maintenance.ts'
import type { EntryQuery, RecordEntry, RecordEntryPage } from '../store/record-entry.ts'
import type { RecordPage } from '../store/store-hooks.ts'

interface Entry {
  /** Grows within the log, and is given once. */
  place: number
  record: string
  createdAt: number
}

/** The records of one session in memory, each with its place and its time. */
export class RecordLog {
  /** Makes ids that no other log gives, that of the same session after it was cleared included. */
  readonly #epoch: string = crypto.randomUUID()
  #entries: Entry[] = []
  #next = 0

  get length(): number {
    return this.#entries.length
  }

  /** The newest `limit`, oldest first; all without a limit. */
  newest(limit?: number): string[] {
    const entries = limit === undefined ? this.#entries : this.#entries.slice(-limit)
    return entries.map(({ record }) => record)
  }

  endsWith(tail: readonly string[]): boolean {
    const start = this.length - tail.length
    return start >= 0 && tail.every((record, index) => this.#entries[start + index]?.record === record)
  }

  /** The id of the newest entry; `null` where there is none. */
  newestId(): string | null {
    const newest = this.#entries.at(-1)
    return newest === undefined ? null : this.#id(newest)
  }

  /** Removes all but the oldest `keep`. */
  truncate(keep: number): string[] {
    return this.#entries.splice(keep).map(({ record }) => record)
  }

  append(records: readonly string[], times: readonly (Date | undefined)[] | undefined, now: number): void {
    for (const [index, record] of records.entries()) {
      this.#entries.push({ place: this.#next++, record, createdAt: times?.[index]?.getTime() ?? now })
    }
  }

  /** @throws SESSION_CONFLICT where `before` or `after` is no entry of this log, or `expect` does not hold */
  page({ limit, before, after, expect }: EntryQuery): RecordEntryPage {
    const start = after === undefined ? undefined : after === null ? 0 : this.#index(after) + 1
    if (expect !== undefined && this.#index(expect.first) + expect.count !== start) throw rewritten()
    const end = before === undefined ? this.length : this.#index(before)
    const from = start ?? Math.max(end - limit, 0)
    const to = start === undefined ? end : Math.min(start + limit, this.length)
    return {
      entries: this.#entries.slice(from, to).map((entry) => this.#describe(entry)),
      older: from > 0,
      newer: to < this.length,
    }
  }

  /** Records with the places that {@link maintain} takes, from the start or after the place that `cursor` is. */
  placed(cursor: string | undefined, size: number): RecordPage {
    if (cursor !== undefined && !this.#holds(cursor)) throw rewritten()
    const start = cursor === undefined ? 0 : this.#find(positionOf(cursor)) + 1
    const page = this.#entries.slice(start, start + size)
    const places = page.map((entry) => placeOf(this.#id(entry), entry.record))
    const next = places.at(-1)
    const hasNext = start + size < this.length && next !== undefined
    return { records: page.map(({ record }) => record), places, ...(hasNext && { next }) }
  }

  /** Does it, or nothing and `false` where one of the places holds something else. */
  maintain({ replace = [], remove = [] }: Maintenance): boolean {
    const places = [...replace.map(({ place }) => place), ...remove]
    if (!places.every((place) => this.#holds(place))) return false
    for (const { place, record } of replace) (this.#entries[this.#find(positionOf(place))] as Entry).record = record
    const gone = new Set(remove.map(positionOf))
    if (gone.size > 0) this.#entries = this.#entries.filter((entry) => !gone.has(this.#id(entry)))
    return true
  }

  #holds(place: string): boolean {
    const id = positionOf(place)
    const entry = this.#entries[this.#find(id)]
    return entry !== undefined && placeOf(id, entry.record) === place
  }

  /** A log of its own with what this one has, up to and with an entry; `undefined` where that is no entry of this one. */
  fork(upTo: string | undefined): RecordLog | undefined {
    const end = upTo === undefined ? this.length : this.#find(upTo) + 1
    if (upTo !== undefined && end === 0) return undefined
    const copy = new RecordLog()
    for (const { record, createdAt } of this.#entries.slice(0, end)) copy.append([record], undefined, createdAt)
    return copy
  }

  #describe(entry: Entry): RecordEntry {
    return { id: this.#id(entry), record: entry.record, createdAt: new Date(entry.createdAt) }
  }

  #id({ place }: Entry): string {
    return `${this.#epoch}.${place}`
  }

  #index(id: string): number {
    const index = this.#find(id)
    if (index >= 0) return index
    throw rewritten()
  }

  /** By halving, since places grow. */
  #find(id: string): number {
    const [epoch, text = ''] = id.split('.', 2)
    const place = /^\d+$/.test(text) ? Number(text) : -1
    if (epoch !== this.#epoch) return -1
    let [low, high] = [0, this.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries[middle] as Entry).place < place) low = middle + 1
      else high = middle
    }
    return this.#entries[low]?.place === place ? low : -1
  }
}

function rewritten(): SessionError {
  return new SessionError(
    'SESSION_CONFLICT',
    'The entry is not in the history any more, or the history before it was rewritten.',
  )
}
