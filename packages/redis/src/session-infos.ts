import type { SessionInfo } from '@sessions/core'
import type { Connection } from './connection.ts'
import type { Keys } from './keys.ts'
import { toArray, toNumber, toText } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** `undefined` where there is no session of this id. */
export async function readInfo(
  connection: Connection,
  keys: Keys,
  sessionId: string,
): Promise<SessionInfo | undefined> {
  const { hash, list } = keys.of(sessionId)
  const reply = await connection.readByScript({ script: scripts.info, keys: [hash, list], args: [] })
  return reply === null ? undefined : toInfo(sessionId, toArray(reply))
}

function toInfo(sessionId: string, reply: readonly unknown[]): SessionInfo | undefined {
  const [id, createdAt, updatedAt, itemCount, expiresAt, metadata] = reply
  if (toText(id) !== sessionId) return undefined
  const info: SessionInfo = {
    sessionId,
    createdAt: new Date(toNumber(createdAt)),
    updatedAt: new Date(toNumber(updatedAt)),
    itemCount: toNumber(itemCount),
  }
  const ends = toNumber(expiresAt)
  if (ends >= 0) info.expiresAt = new Date(ends)
  const lines = toText(metadata).split('\n')
  if (lines.length > 1) info.metadata = toMetadata(lines)
  return info
}

/** Keys and values take turns, each a JSON text; the last line is empty. */
function toMetadata(lines: readonly string[]): NonNullable<SessionInfo['metadata']> {
  return Object.fromEntries(
    Array.from({ length: (lines.length - 1) / 2 }, (_, index) => {
      const [key = '', value = ''] = lines.slice(2 * index, 2 * index + 2)
      return [JSON.parse(key), JSON.parse(value)]
    }),
  )
}
