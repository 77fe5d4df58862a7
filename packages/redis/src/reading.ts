import { type RecordPage, SessionError } from '@sessions/core'
import type { Connection } from './connection.ts'
import type { SessionKeys } from './keys.ts'
import { toArray, toNumber, toText, toTexts } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** Which records. */
interface Read {
  sessionId: string
  limit: number | undefined
  refreshTtlOnRead: boolean
  /** Whether the keys can be those of this session only, and not of one under another prefix. */
  isCertain: boolean
}

/** The newest records, oldest first. */
export async function readRecords(connection: Connection, keys: SessionKeys, read: Read): Promise<string[]> {
  const { sessionId, limit, refreshTtlOnRead, isCertain } = read
  const { hash, list } = keys
  const from = limit === undefined ? '0' : `${-limit}`
  if (refreshTtlOnRead) {
    return connection.readByScript({ script: scripts.read, keys: [hash, list], args: [sessionId, from] }, toTexts)
  }
  const reading = connection.read(list, ['LRANGE', list, from, '-1'], toTexts)
  if (isCertain) return reading
  const [owner, records] = await Promise.all([connection.read(hash, ['HGET', hash, 'session_id'], toOwner), reading])
  if (owner !== undefined && owner !== sessionId) throw connection.refusal('FOREIGN The keys belong to another session')
  return records
}

/** The cursor says where to go on, and how to see that what comes before is still there. */
export async function readPage(
  connection: Connection,
  { hash, list }: SessionKeys,
  { sessionId, cursor, size }: { sessionId: string; cursor: string | undefined; size: number },
): Promise<RecordPage> {
  const place = cursor?.split(' ') ?? []
  const call = { script: scripts.page, keys: [hash, list], args: [sessionId, `${size}`, ...place] }
  const page = await connection.readByScript(call, (reply) => (reply === null ? undefined : toPage(reply)))
  if (page === undefined) {
    throw new SessionError('SESSION_CONFLICT', 'Items that were already read were removed meanwhile. Read again.')
  }
  const { generation, mark, following, records } = page
  if (following <= 0) return { records }
  const from = Number(place[0] ?? 0) + records.length
  return { records, next: `${from} ${generation} ${mark}` }
}

function toOwner(reply: unknown): string | undefined {
  return reply === null ? undefined : toText(reply)
}

function toPage(reply: unknown): { generation: string; mark: string; following: number; records: string[] } {
  const [generation, mark, following, records] = toArray(reply, 4)
  return {
    generation: toText(generation),
    mark: toText(mark),
    following: toNumber(following),
    records: toTexts(records),
  }
}
