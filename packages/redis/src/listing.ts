import { matchesFilter, type SessionFilter, type SessionInfo } from '@sessions/core'
import type { Connection } from './connection.ts'
import { escapeGlob, type Keys, type SessionKeys } from './keys.ts'
import { toArray, toText, toTexts } from './replies.ts'
import { readInfo } from './session-infos.ts'

/** How many sessions are read at a time, over one connection: enough to hide the way to the server. */
export const atOnce = 50

/** What a listing looks at. */
export interface Listing {
  readonly connection: Connection
  readonly keys: Keys
  /** The keys of one session. */
  locate(sessionId: string): SessionKeys | Promise<SessionKeys>
}

/**
 * Finds the sessions, remembers of each only its id and time, and reads each again shortly before its turn comes: one
 * that was changed, deleted or over meanwhile is judged as it is then.
 * @param ids - in portions; by default those that `SCAN` finds
 */
export async function* listSessions(
  listing: Listing,
  filter: SessionFilter,
  ids: AsyncIterable<string[]> = scanIds(listing, filter.prefix ?? ''),
): AsyncIterable<SessionInfo> {
  const found = await findSessions(listing, filter, ids)
  const newestFirst = [...found].sort(([a, aTime], [b, bTime]) => bTime - aTime || compareBytes(b, a))
  let left = filter.limit ?? Number.POSITIVE_INFINITY
  for (let start = 0; start < newestFirst.length && left > 0; start += atOnce) {
    const ids = newestFirst.slice(start, start + Math.min(atOnce, left)).map(([sessionId]) => sessionId)
    for (const info of await readMatching(listing, ids, filter)) {
      yield info
      left--
    }
  }
}

/** The ids of all sessions, in portions; an id may come more than once, and be that of no session. */
export async function* scanIds({ connection, keys }: Listing, prefix: string): AsyncIterable<string[]> {
  const pattern = escapeGlob(connection.prefix) + keys.pattern(prefix)
  for await (const portion of scan(connection, keys, pattern)) {
    yield portion
      .flatMap((key) => keys.sessionsOf(key.slice(connection.prefix.length)))
      .filter((id) => id.startsWith(prefix))
  }
}

async function findSessions(
  listing: Listing,
  filter: SessionFilter,
  portions: AsyncIterable<string[]>,
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for await (const portion of portions) {
    const ids = portion.filter((id) => !found.has(id))
    for (let start = 0; start < ids.length; start += atOnce) {
      for (const info of await readMatching(listing, ids.slice(start, start + atOnce), filter)) {
        found.set(info.sessionId, info.updatedAt.getTime())
      }
    }
  }
  return found
}

/**
 * The hashes on all primaries that match. Where keys move from one server of a cluster to another meanwhile, one can be missed on
 * both: it leaves one before it is found there, and comes to the other when that was looked through. So all is looked through again:
 * what moved once is then found where it was all through the first look, or is all through the second.
 */
async function* scan(connection: Connection, keys: Keys, pattern: string): AsyncIterable<string[]> {
  const look = (): ReturnType<Connection['layout']> => connection.layout((index) => keys.of(`${index}`).list)
  const before = await look()
  for (let round = 0; round < 2; round++) {
    for (const send of await connection.primaries()) {
      let cursor = '0'
      do {
        const reply = await send(['SCAN', cursor, 'MATCH', pattern, 'COUNT', '1000', 'TYPE', 'hash'])
        const [next, found] = toArray(reply, 2)
        cursor = toText(next)
        yield toTexts(found)
      } while (cursor !== '0')
    }
    const after = await look()
    if (after === undefined || (!before?.isMoving && !after.isMoving && after.text === before?.text)) return
  }
}

async function readMatching(
  { connection, locate }: Listing,
  ids: readonly string[],
  filter: SessionFilter,
): Promise<SessionInfo[]> {
  const infos = await Promise.all(
    ids.map(async (sessionId) => readInfo(connection, await locate(sessionId), sessionId)),
  )
  return infos.filter((info) => info !== undefined && matchesFilter(info, filter)) as SessionInfo[]
}

/** The order of their UTF-8 bytes, which every backend can keep; that of UTF-16 differs beyond U+FFFF. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
