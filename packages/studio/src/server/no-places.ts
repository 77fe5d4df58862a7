import type { SessionStore } from '@sessions/core'
import type { ReadEntry, ReadPage, WantedEntries } from './entries.ts'

/** For a store that gives entries no ids: they are counted from the oldest on, which holds until something is removed. */
export async function withoutPlaces(store: SessionStore, sessionId: string, wanted: WantedEntries): Promise<ReadPage> {
  const records = await store.records.read(sessionId)
  const all = records.map((record, index): ReadEntry => ({ id: String(index), record }))
  const [start, end] = rangeOf(wanted, all.length)
  return { entries: all.slice(start, end), older: start > 0, newer: end < all.length }
}

function rangeOf(wanted: WantedEntries, length: number): [number, number] {
  const { limit } = wanted
  const clamp = (index: number): number => Math.max(0, Math.min(length, index))
  if ('around' in wanted) {
    const start = clamp(Number(wanted.around) - Math.ceil(limit / 2))
    return [start, clamp(start + limit + 1)]
  }
  const { before, after } = wanted
  if (after !== undefined) {
    const start = after === null ? 0 : clamp(Number(after) + 1)
    return [start, clamp(start + limit)]
  }
  const end = before === undefined ? length : clamp(Number(before))
  return [clamp(end - limit), end]
}
