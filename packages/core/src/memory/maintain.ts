import { SessionError } from '../errors/session-error.ts'
import { type Maintenance, placeOf, positionOf } from '../store/maintenance.ts'
import type { RecordPage } from '../store/store-hooks.ts'

/** Some records with their places, from the start or after the place that `cursor` is. */
export function placedPage(records: readonly string[], cursor: string | undefined, size: number): RecordPage {
  if (cursor !== undefined && !holds(records, cursor)) {
    throw new SessionError('SESSION_CONFLICT', 'Items that were already read were removed meanwhile. Read again.')
  }
  const start = cursor === undefined ? 0 : Number(positionOf(cursor)) + 1
  const page = records.slice(start, start + size)
  const places = page.map((record, index) => placeOf(start + index, record))
  const next = places.at(-1)
  return { records: page, places, ...(start + size < records.length && next !== undefined && { next }) }
}

/** Does it to these records, or nothing and `false` where one is not what it was. A place is an index, and what stands there. */
export function maintainRecords(records: string[], { replace = [], remove = [] }: Maintenance): boolean {
  const places = [...replace.map(({ place }) => place), ...remove]
  if (!places.every((place) => holds(records, place))) return false
  for (const { place, record } of replace) records[Number(positionOf(place))] = record
  const gone = new Set(remove.map((place) => Number(positionOf(place))))
  if (gone.size === 0) return true
  const left = records.filter((_, index) => !gone.has(index))
  records.length = 0
  for (const record of left) records.push(record)
  return true
}

function holds(records: readonly string[], place: string): boolean {
  const record = records[Number(positionOf(place))]
  return record !== undefined && placeOf(positionOf(place), record) === place
}
