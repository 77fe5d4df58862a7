import type { RecordStore } from '@sessions/core'
import { type Entry, EntryReader, live, textOf } from './entries.ts'
import type { Opened } from './envelope-format.ts'
import type { SessionCipher } from './session-cipher.ts'

/** Where a change cuts the history: the entries that it rests on, and those of them that it takes off. */
export interface Cut {
  tail: readonly Entry[]
  removed: readonly Entry[]
}

/** Readers of one history, one for each time that it is read, which share what was opened. */
export type NewReader = () => EntryReader

export function newReader(cipher: SessionCipher, known: Map<string, Opened>): NewReader {
  return () => new EntryReader(cipher, 'throw', known)
}

/** `undefined` where the newest records that are not expired are not the expected ones. */
export async function cutOf(
  store: RecordStore,
  sessionId: string,
  reader: NewReader,
  expectTail: readonly string[],
  drop: number | 'all',
): Promise<Cut | undefined> {
  const tail = await tailOf(store, sessionId, reader, drop === 'all' ? undefined : Math.max(expectTail.length, drop))
  const texts = live(tail).map(textOf)
  const start = texts.length - expectTail.length
  if (start < 0 || expectTail.some((text, index) => text !== texts[start + index])) return undefined
  if (drop === 'all') return { tail, removed: tail }
  const first = live(tail).at(-Math.min(drop, texts.length))
  return { tail, removed: drop === 0 || first === undefined ? [] : tail.slice(tail.indexOf(first)) }
}

/** The newest entries, among them `wanted` that are not expired, or all there are. */
async function tailOf(
  store: RecordStore,
  sessionId: string,
  reader: NewReader,
  wanted: number | undefined,
): Promise<Entry[]> {
  for (let limit = wanted; ; limit = (limit ?? 0) * 2) {
    const records = await store.records.read(sessionId, limit, { latest: true })
    const entries = await reader().open(records)
    const complete = wanted === undefined || limit === undefined || records.length < limit
    if (complete || live(entries).length >= wanted) return entries
  }
}
