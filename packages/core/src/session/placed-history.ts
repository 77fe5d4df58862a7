import type { HistoryChange } from '../store/history-change.ts'
import type { RecordAccess } from '../store/record-access.ts'

/** A record as it stands in a history; with its id and its time where the store keeps them. */
export interface PlacedRecord {
  id?: string
  record: string
  createdAt?: Date
}

/** The records of a history, oldest first, as they were at one instant. */
export interface PlacedHistory {
  entries: PlacedRecord[]
  /** What a write that removes the newest `count` of them says, so that it is done only while nothing has changed. */
  unchanged(count: number): Pick<HistoryChange, 'expectNewest' | 'expectTail'>
}

/**
 * Reads what a write is to depend on, in one call. Where the store keeps places, the write names the newest entry, and carries nothing of
 * what it removes; elsewhere it has to.
 */
export async function readPlaced(records: RecordAccess, sessionId: string): Promise<PlacedHistory> {
  if (records.keepsPlaces) {
    const { entries } = await records.entries(sessionId, { limit: Number.MAX_SAFE_INTEGER })
    return { entries, unchanged: () => ({ expectNewest: entries.at(-1)?.id ?? null }) }
  }
  const stored = await records.read(sessionId, undefined, { latest: true })
  return {
    entries: stored.map((record) => ({ record })),
    unchanged: (count) => ({ expectTail: stored.slice(stored.length - count) }),
  }
}

/**
 * When each of the records was made that are written again in the place of `entries`: one that was among them keeps its time, and what is new
 * is not later than what follows it, since times go up along a history.
 */
export function keptTimes(
  entries: readonly PlacedRecord[],
  append: readonly string[],
): Pick<HistoryChange, 'appendTimes'> {
  const known = new Map<string, Date[]>()
  for (const { record, createdAt } of entries) {
    if (createdAt === undefined) continue
    const times = known.get(record)
    if (times === undefined) known.set(record, [createdAt])
    else times.push(createdAt)
  }
  if (known.size === 0) return {}
  const times: (Date | undefined)[] = new Array(append.length)
  let next: Date | undefined
  for (let index = append.length - 1; index >= 0; index--) {
    next = known.get(append[index] as string)?.pop() ?? next
    times[index] = next
  }
  return next === undefined ? {} : { appendTimes: times }
}
