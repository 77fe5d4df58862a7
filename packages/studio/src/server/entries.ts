import type { Fields } from '@sessions/cli/items'
import type { OpenStore } from '@sessions/cli/program'
import { type EntryQuery, jsonCodec, type RecordEntry, type RecordEntryPage } from '@sessions/core'
import type { EntriesPage, PageEntry } from '../shared/api.ts'
import { beginning, cutTexts, isShort } from './cut.ts'
import { Refusal } from './failure.ts'
import { withoutPlaces } from './no-places.ts'
import { isUnreadable } from './sessions.ts'

/** Which entries: those of core's query, or some around one. */
export type WantedEntries = EntryQuery | { limit: number; around: string }

/** Some entries of a session. What cannot be read says so in its place. @throws Refusal for an entry that is not there */
export async function entriesPage(opened: OpenStore, sessionId: string, wanted: WantedEntries): Promise<EntriesPage> {
  const { entries, older, newer } = await readPage(opened, sessionId, wanted)
  return { entries: entries.map((entry) => pageEntry(entry)), older, newer }
}

/** One entry, whole. @throws Refusal where it is not there */
export async function wholeEntry(opened: OpenStore, sessionId: string, id: string): Promise<PageEntry> {
  const { entries } = await readPage(opened, sessionId, { limit: 2, around: id })
  const found = entries.find((entry) => entry.id === id)
  if (found === undefined) throw new Refusal(404, 'There is no such entry.')
  return pageEntry(found, true)
}

/** A record that was read, or why it was not. */
export interface ReadEntry extends RecordEntry {
  unreadable?: string
}

export interface ReadPage extends Omit<RecordEntryPage, 'entries'> {
  entries: ReadEntry[]
}

/** As the store gives them; where one cannot be decrypted, each by itself. */
export async function readPage(opened: OpenStore, sessionId: string, wanted: WantedEntries): Promise<ReadPage> {
  if (!opened.store.records.keepsPlaces) return await withoutPlaces(opened.store, sessionId, wanted)
  const query = 'around' in wanted ? await queryAround(opened, sessionId, wanted) : wanted
  try {
    return await opened.store.records.entries(sessionId, query)
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return await oneByOne(opened, sessionId, query)
  }
}

/** From some entries before that one on. */
async function queryAround(
  { bare }: OpenStore,
  sessionId: string,
  { limit, around }: { limit: number; around: string },
): Promise<EntryQuery> {
  const { entries } = await bare.records.entries(sessionId, { limit: Math.ceil(limit / 2) + 1, before: around })
  const [first] = entries
  const isBeginning = entries.length <= Math.ceil(limit / 2)
  return { limit: limit + 1, after: isBeginning ? null : (first?.id ?? null) }
}

async function oneByOne({ store, bare }: OpenStore, sessionId: string, query: EntryQuery): Promise<ReadPage> {
  const page = await bare.records.entries(sessionId, query)
  const entries: ReadEntry[] = []
  let before = await idBefore({ bare }, sessionId, page)
  for (const entry of page.entries) {
    try {
      const { entries: found } = await store.records.entries(sessionId, { limit: 1, after: before })
      entries.push(...found.filter(({ id }) => id === entry.id))
    } catch (error) {
      if (!isUnreadable(error)) throw error
      entries.push({ ...entry, unreadable: (error as Error).message })
    }
    before = entry.id
  }
  return { ...page, entries }
}

async function idBefore(
  { bare }: Pick<OpenStore, 'bare'>,
  sessionId: string,
  { entries: [first], older }: RecordEntryPage,
): Promise<string | null> {
  if (first === undefined || !older) return null
  const { entries } = await bare.records.entries(sessionId, { limit: 1, before: first.id })
  return entries[0]?.id ?? null
}

/** As the page gets it. @param whole - whether long texts stay */
export function pageEntry({ id, record, createdAt, unreadable }: ReadEntry, whole = false): PageEntry {
  const entry: PageEntry = { id, size: record.length, ...(createdAt && { createdAt: createdAt.toJSON() }) }
  if (unreadable !== undefined) return { ...entry, problem: unreadable, raw: beginning(record) }
  try {
    // What it says about bytes is for the page to read, so the record is only tried.
    jsonCodec.decode(record)
  } catch (error) {
    return { ...entry, problem: `This record is corrupt: ${(error as Error).message}.`, raw: beginning(record) }
  }
  const item = JSON.parse(record)
  return whole || isShort(record) ? { ...entry, item } : { ...entry, item: cutTexts(item) as Fields, isCut: true }
}
