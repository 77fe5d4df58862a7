import { canonicalJSON, SessionError, type SessionInfo } from '@sessions/core'
import type { Connection } from './connection.ts'
import type { SessionKeys } from './keys.ts'
import { toArray, toNumber, toText } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** `undefined` where there is no session of this id. */
export function readInfo(
  connection: Connection,
  { hash, list }: SessionKeys,
  sessionId: string,
): Promise<SessionInfo | undefined> {
  const call = { script: scripts.info, keys: [hash, list], args: [] }
  return connection.readByScript(call, (reply) => (reply === null ? undefined : toInfo(sessionId, toArray(reply, 6))))
}

/** A text that is stored for no metadata. */
const never = '-'

/** The text that these metadata are stored as, if they are; else one that never is. Their structure counts, not the order of keys. */
export async function storedAs(
  connection: Connection,
  { hash }: SessionKeys,
  metadata: NonNullable<SessionInfo['metadata']>,
): Promise<string> {
  const stored = await connection.read(hash, ['HGET', hash, 'js:metadata'], (reply) =>
    reply === null ? '' : toText(reply),
  )
  const found = stored === '' ? {} : toMetadata(stored.split('\n'))
  return canonicalJSON(found) === canonicalJSON(metadata) ? stored : never
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
  if (lines.length > 1 || lines[0] !== '') info.metadata = toMetadata(lines)
  return info
}

/** Keys and values take turns, each a JSON text; the last line is empty. */
function toMetadata(lines: readonly string[]): NonNullable<SessionInfo['metadata']> {
  if (lines.length % 2 === 0 || lines.at(-1) !== '') throw corrupt()
  const values = lines.slice(0, -1).map(parse)
  const keys = values.filter((_, index) => index % 2 === 0)
  if (!keys.every((key) => typeof key === 'string')) throw corrupt()
  return Object.fromEntries(keys.map((key, index) => [key, values[2 * index + 1]])) as NonNullable<
    SessionInfo['metadata']
  >
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Its error quotes the text.
    throw corrupt()
  }
}

function corrupt(): SessionError {
  const message = 'The metadata of the session are not as they were written: see js:metadata of its hash.'
  return new SessionError('SESSION_RECORD_CORRUPT', message)
}
