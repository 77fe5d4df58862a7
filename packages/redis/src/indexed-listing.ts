import { byListingOrder, matchesFilter, type SessionFilter, type SessionInfo, type SessionPlace } from '@sessions/core'
import { IndexWalk } from './index-walk.ts'
import type { IndexPart } from './keys.ts'
import { atOnce, type Listing, listSessions } from './listing.ts'
import { toArray, toNumber, toTexts } from './replies.ts'
import { scripts } from './scripts/script.ts'
import type { SessionIndex } from './session-index.ts'
import { readInfo } from './session-infos.ts'

/** Ids of one part asked for at a time. */
const portion = 1_000

/** What a listing looks at that has an index. */
export interface IndexedListing extends Listing {
  readonly index: SessionIndex
}

/**
 * The sessions without a look at those that are not asked for: newest first by their times, or those whose ids begin so, whichever are
 * fewer. What the index says is where to look: each session is read before it is given.
 */
export async function* listByIndex(listing: IndexedListing, filter: SessionFilter): AsyncIterable<SessionInfo> {
  const { prefix, limit } = filter
  if (prefix !== undefined) {
    const { count, total } = await countNamed(listing, prefix)
    // So many of all have to be looked at, on average, to find enough of them.
    if (limit === undefined || count <= limit || count * count <= limit * total) {
      yield* listSessions(listing, filter, namedIds(listing, prefix))
      return
    }
  }
  yield* byTime(listing, filter)
}

async function* byTime(listing: IndexedListing, filter: SessionFilter): AsyncIterable<SessionInfo> {
  let left = filter.limit ?? Number.POSITIVE_INFINITY
  const walks = listing.index.parts.map((part) => new IndexWalk(listing.connection, part, filter))
  const seen = new Set<string>()
  for (;;) {
    const places = await nextPlaces(walks, filter.prefix ?? '', Math.min(atOnce, left))
    if (places.length === 0) return
    const found = await Promise.all(places.map(async (place) => readPlace(listing, place)))
    for (const info of found) {
      if (info === undefined || seen.has(info.sessionId) || !matchesFilter(info, filter)) continue
      seen.add(info.sessionId)
      yield info
      left--
      if (left === 0) return
    }
  }
}

/** The next ones of all parts, merged. */
async function nextPlaces(walks: readonly IndexWalk[], prefix: string, count: number): Promise<SessionPlace[]> {
  const places: SessionPlace[] = []
  while (places.length < count) {
    const empty = walks.filter(({ head }) => head === undefined)
    if (empty.length > 0) await Promise.all(empty.map((walk) => walk.fill()))
    const place = newestOf(walks)?.take()
    if (place === undefined) break
    if (place.sessionId.startsWith(prefix)) places.push(place)
  }
  return places
}

function newestOf(walks: readonly IndexWalk[]): IndexWalk | undefined {
  let newest: IndexWalk | undefined
  for (const walk of walks) {
    if (walk.head === undefined) continue
    if (newest?.head === undefined || byListingOrder(walk.head, newest.head) < 0) newest = walk
  }
  return newest
}

/** The session, and the index put right where it says something else; nothing where its place is further down. */
async function readPlace(listing: IndexedListing, place: SessionPlace): Promise<SessionInfo | undefined> {
  const { connection, index } = listing
  const { sessionId, updatedAt } = place
  const keys = await listing.locate(sessionId)
  const info = await readInfo(connection, keys, sessionId)
  if (info?.updatedAt.getTime() === updatedAt.getTime()) return info
  const isRight = await index.reconcile(sessionId, keys)
  const isFurtherDown = info !== undefined && info.updatedAt < updatedAt
  return isFurtherDown && isRight ? undefined : info
}

/** How many ids begin so, and how many there are. */
async function countNamed(
  { connection, index }: IndexedListing,
  prefix: string,
): Promise<{ count: number; total: number }> {
  const counts = await Promise.all(
    index.parts.map(({ ids }) =>
      connection.readByScript({ script: scripts.named, keys: [ids], args: [prefix, '', '0'] }, (reply) =>
        toArray(reply, 3).slice(0, 2).map(toNumber),
      ),
    ),
  )
  const sum = (place: 0 | 1): number => counts.reduce((total, each) => total + (each[place] ?? 0), 0)
  return { count: sum(0), total: sum(1) }
}

/** The ids of the index that begin so, in portions. */
export async function* namedIds({ connection, index }: IndexedListing, prefix: string): AsyncIterable<string[]> {
  for (const { ids } of index.parts) yield* idsOfPart(connection, ids, prefix)
}

async function* idsOfPart(
  connection: IndexedListing['connection'],
  key: IndexPart['ids'],
  prefix: string,
): AsyncIterable<string[]> {
  let after = ''
  for (;;) {
    const call = { script: scripts.named, keys: [key], args: [prefix, after, `${portion}`] }
    const ids = await connection.readByScript(call, (reply) => toTexts(toArray(reply, 3)[2]))
    yield ids
    const last = ids.at(-1)
    if (last === undefined || ids.length < portion) return
    after = last
  }
}
