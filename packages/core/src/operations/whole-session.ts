import { firstFailure } from '../call/first-failure.ts'
import type { LongCall } from '../call/long-call.ts'
import { canonicalJSON } from '../codec/json.ts'
import { SessionError } from '../errors/session-error.ts'
import type { RecordEntry, RecordEntryPage } from '../store/record-entry.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { WholeSession } from '../store/restored-session.ts'
import { matchesFilter, type SessionFilter, type SessionInfo } from '../store/session-filter.ts'

/** Items of a portion that are worth a read of their own. */
export const enoughItems = 200

/** So many sessions, or fewer that have so many items, are read at once. */
export interface Portion {
  sessions: number
  items: number
}

/** The sessions of a store that match, as `wholeSessions` gives them. One that finds ids faster than it lists is asked for no more. */
export function matchingSessions(
  store: RecordStore,
  filter: SessionFilter,
  portion: Portion,
  call: LongCall,
): AsyncIterable<WholeSession[]> {
  const isEmpty = filter.limit !== undefined && filter.limit <= 0
  const ids = isEmpty ? undefined : store.moves.ids(filter)
  if (ids !== undefined) return sessionsOf(store, call.through(ids), filter, portion.sessions)
  return wholeSessions(store, call.through(store.listSessions(filter, { latest: true })), portion)
}

/** The sessions of these ids, likewise; those that are not there are left out. */
export function namedSessions(
  store: RecordStore,
  ids: Iterable<string>,
  portion: Portion,
  call: LongCall,
): AsyncIterable<WholeSession[]> {
  const readsAtOnce = store.moves.ids({}) !== undefined
  if (readsAtOnce) return sessionsOf(store, each(ids), {}, portion.sessions)
  return wholeSessions(store, call.through(infosOf(store, ids)), portion)
}

async function* each<T>(values: Iterable<T>): AsyncIterable<T> {
  yield* values
}

async function* infosOf({ records }: RecordStore, ids: Iterable<string>): AsyncIterable<SessionInfo> {
  for (const id of ids) {
    const info = await records.info(id, { latest: true })
    if (info !== undefined) yield info
  }
}

async function* sessionsOf(
  store: RecordStore,
  ids: AsyncIterable<string>,
  filter: SessionFilter,
  size: number,
): AsyncIterable<WholeSession[]> {
  let left = filter.limit ?? Infinity
  for await (const group of grouped(ids, size)) {
    for await (const sessions of readInTurn(store, group)) {
      const matching = sessions.filter((session) => matchesFilter(session, filter)).slice(0, left)
      yield matching
      left -= matching.length
      if (left <= 0) return
    }
  }
}

/** What is too much for one step comes one by one, so that no more than a step or one of them is held. */
async function* readInTurn(store: RecordStore, ids: readonly string[]): AsyncIterable<WholeSession[]> {
  let read: WholeSession[] = []
  for (const [index, whole] of (await store.moves.whole(ids, pageSize)).entries()) {
    if (whole !== 'unread') {
      if (whole !== undefined) read.push(whole)
      continue
    }
    if (read.length > 0) yield read
    read = []
    const session = await readWhole(store, ids[index] as string)
    if (session !== undefined) yield [session]
  }
  if (read.length > 0) yield read
}

/** So many at a time, and what is left. */
export async function* grouped<T>(values: AsyncIterable<T>, size: number): AsyncIterable<T[]> {
  let group: T[] = []
  for await (const value of values) {
    if (group.push(value) < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

/**
 * Whole sessions, each as it is at one instant, in the order in which they were listed; those that are gone meanwhile are left out. A portion
 * of them is held in memory.
 */
async function* wholeSessions(
  store: RecordStore,
  infos: AsyncIterable<SessionInfo>,
  portion: Portion,
): AsyncIterable<WholeSession[]> {
  let [group, items]: [SessionInfo[], number] = [[], 0]
  for await (const info of infos) {
    group.push(info)
    items += info.itemCount
    if (group.length < portion.sessions && items < portion.items) continue
    yield await readGroup(store, group)
    group = []
    items = 0
  }
  if (group.length > 0) yield await readGroup(store, group)
}

/** In one step where the store can; what is too long for that, page after page. */
async function readGroup(store: RecordStore, infos: readonly SessionInfo[]): Promise<WholeSession[]> {
  const ids = infos.map(({ sessionId }) => sessionId)
  const read = await store.moves.whole(ids, pageSize)
  const sessions = infos.map((info, index) => {
    const whole = read[index]
    return whole === 'unread' ? readWhole(store, info.sessionId, info) : whole
  })
  return (await firstFailure(sessions)).filter((session) => session !== undefined)
}

/** Entries that are read at once. */
export const pageSize = 1_000
/** How often a session is read again while others write it. */
const maxAttempts = 100

/**
 * The session as it is at one instant; `undefined` where there is none. What is known of it was the same before and after its records were
 * read. @param listed - what the listing said of it: where that is still so, it is asked for once
 * @throws SESSION_BUSY where others never leave it alone
 */
export async function readWhole(
  store: RecordStore,
  sessionId: string,
  listed?: SessionInfo,
): Promise<WholeSession | undefined> {
  let before = listed ?? (await store.records.info(sessionId, { latest: true }))
  for (let attempt = 0; attempt < maxAttempts && before !== undefined; attempt++) {
    const entries = await readEntries(store, sessionId)
    const operations = entries === undefined ? [] : await store.moves.operations(sessionId)
    const after = await store.records.info(sessionId, { latest: true })
    if (entries !== undefined && after !== undefined && isSame(before, after)) {
      const { itemCount: _, ...rest } = after
      return { ...rest, ...entries, operations }
    }
    before = after
  }
  if (before === undefined) return undefined
  throw new SessionError('SESSION_BUSY', 'Others kept changing the session while it was read.', { sessionId })
}

interface Read {
  records: string[]
  times: (Date | undefined)[]
  newest?: string | null
}

/** `undefined` where somebody rewrote the history meanwhile. */
async function readEntries(store: RecordStore, sessionId: string): Promise<Read | undefined> {
  if (!store.records.keepsPlaces) return await readWithoutPlaces(store, sessionId)
  const read: Read = { records: [], times: [], newest: null }
  try {
    for await (const entries of entryPages(store, sessionId)) {
      for (const { record, createdAt } of entries) {
        read.records.push(record)
        read.times.push(createdAt)
      }
      read.newest = entries.at(-1)?.id ?? null
    }
    return read
  } catch (error) {
    if (error instanceof SessionError && error.code === 'SESSION_CONFLICT') return undefined
    throw error
  }
}

/** All entries of a session, oldest first, of a store that keeps places. @throws SESSION_CONFLICT where the history was rewritten meanwhile */
export async function* entryPages(store: RecordStore, sessionId: string): AsyncIterable<RecordEntry[]> {
  let after: string | null = null
  for (;;) {
    const page: RecordEntryPage = await store.records.entries(sessionId, { limit: pageSize, after })
    const last = page.entries.at(-1)
    if (last === undefined) return
    yield page.entries
    if (!page.newer) return
    after = last.id
  }
}

async function readWithoutPlaces(store: RecordStore, sessionId: string): Promise<Read> {
  const records = await store.records.read(sessionId, undefined, { latest: true })
  return { records, times: records.map(() => undefined) }
}

function isSame(before: SessionInfo, after: SessionInfo): boolean {
  const times = (info: SessionInfo): number[] => [+info.createdAt, +info.updatedAt, info.itemCount]
  return canonicalJSON(times(before)) === canonicalJSON(times(after)) && metadataOf(before) === metadataOf(after)
}

/** Equal for structurally equal metadata. */
export function metadataOf({ metadata = {} }: Pick<SessionInfo, 'metadata'>): string {
  return canonicalJSON(metadata)
}
