import { type RecordPage, SessionError } from '@sessions/core'
import type { Connection } from './connection.ts'
import type { SessionKeys } from './keys.ts'
import { toPlace } from './maintain.ts'
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

/** Which page. */
interface PageRead {
  sessionId: string
  /** Says where to go on, and how to see that what comes before is still there. */
  cursor: string | undefined
  size: number
  /** Whether the places of the records are wanted. */
  places: boolean
}

/** Some records from the cursor on. */
export async function readPage(connection: Connection, keys: SessionKeys, read: PageRead): Promise<RecordPage> {
  const { sessionId, cursor, size, places } = read
  const before = cursor?.split(' ') ?? []
  const args = [sessionId, `${size}`, places ? '1' : '0', ...before]
  const call = { script: scripts.page, keys: [keys.hash, keys.list], args }
  const page = await connection.readByScript(call, (reply) => (reply === null ? undefined : toPage(reply)))
  if (page === undefined) {
    throw new SessionError('SESSION_CONFLICT', 'Items that were already read were removed meanwhile. Read again.')
  }
  const { generation, mark, following, records, digests } = page
  const from = Number(before[0] ?? 0)
  const placed = places && { places: digests.map((digest, index) => toPlace(from + index, digest)) }
  if (following <= 0) return { records, ...placed }
  return { records, ...placed, next: `${from + records.length} ${generation} ${mark}` }
}

function toOwner(reply: unknown): string | undefined {
  return reply === null ? undefined : toText(reply)
}

interface Page {
  generation: string
  mark: string
  following: number
  records: string[]
  digests: string[]
}

function toPage(reply: unknown): Page {
  const [generation, mark, following, records, digests] = toArray(reply, 5)
  return {
    generation: toText(generation),
    mark: toText(mark),
    following: toNumber(following),
    records: toTexts(records),
    digests: toTexts(digests),
  }
}
