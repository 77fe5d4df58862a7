import { matchesFilter, type SessionFilter, type SessionInfo } from '@sessions/core'
import type { Connection } from './connection.ts'
import type { Keys } from './keys.ts'
import { toText } from './replies.ts'
import { readInfo } from './session-infos.ts'

/** How many sessions are read at a time, over one connection: enough to hide the way to the server. */
const atOnce = 50

/**
 * Finds the sessions by `SCAN`, remembers of each only its id and time, and reads each again shortly before its turn comes: one
 * that was changed, deleted or over meanwhile is judged as it is then.
 */
export async function* listSessions(
  connection: Connection,
  keys: Keys,
  filter: SessionFilter,
): AsyncIterable<SessionInfo> {
  const found = await findSessions(connection, keys, filter)
  const newestFirst = [...found].sort(([a, aTime], [b, bTime]) => bTime - aTime || (a < b ? 1 : -1))
  let left = filter.limit ?? Number.POSITIVE_INFINITY
  for (let start = 0; start < newestFirst.length && left > 0; start += atOnce) {
    const ids = newestFirst.slice(start, start + Math.min(atOnce, left)).map(([sessionId]) => sessionId)
    for (const info of await readMatching(connection, keys, ids, filter)) {
      yield info
      left--
    }
  }
}

async function findSessions(connection: Connection, keys: Keys, filter: SessionFilter): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for await (const portion of connection.scan(keys.pattern(filter.prefix ?? ''))) {
    const ids = portion
      .map((key) => keys.sessionOf(toText(key)))
      .filter((id) => id?.startsWith(filter.prefix ?? '') && !found.has(id)) as string[]
    for (let start = 0; start < ids.length; start += atOnce) {
      for (const info of await readMatching(connection, keys, ids.slice(start, start + atOnce), filter)) {
        found.set(info.sessionId, info.updatedAt.getTime())
      }
    }
  }
  return found
}

async function readMatching(
  connection: Connection,
  keys: Keys,
  ids: readonly string[],
  filter: SessionFilter,
): Promise<SessionInfo[]> {
  const infos = await Promise.all(ids.map((sessionId) => readInfo(connection, keys, sessionId)))
  return infos.filter((info) => info !== undefined && matchesFilter(info, filter)) as SessionInfo[]
}
