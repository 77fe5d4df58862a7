import { type Maintenance, placeOf, positionOf } from '@sessions/core'

/**
 * Replaces and removes records where they stand, all or none: `false` where one is no longer what it was. The place of a record is its
 * serial number, which it keeps when others are removed.
 */
export function maintainRecords(
  records: string[],
  serials: number[],
  { replace = [], remove = [] }: Maintenance,
): boolean {
  const index = new Map(serials.map((serial, at) => [String(serial), at]))
  const holds = (place: string): boolean => {
    const record = records[index.get(positionOf(place)) ?? -1]
    return record !== undefined && placeOf(positionOf(place), record) === place
  }
  if (![...replace.map(({ place }) => place), ...remove].every(holds)) return false
  for (const { place, record } of replace) records[index.get(positionOf(place)) as number] = record
  const gone = new Set(remove.map(positionOf))
  const kept = serials.flatMap((serial, at) =>
    gone.has(String(serial)) ? [] : [{ serial, record: records[at] ?? '' }],
  )
  serials.splice(0, serials.length, ...kept.map(({ serial }) => serial))
  records.splice(0, records.length, ...kept.map(({ record }) => record))
  return true
}
