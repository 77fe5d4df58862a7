import type { SessionFilter, SessionInfo, SessionPlace } from '@sessions/core'
import type { Row } from './connection.ts'
import { fewSessions } from './listing-statements.ts'
import { metadataValues } from './row-values.ts'
import type { Statement, Value } from './statement.ts'
import type { Statements } from './statements.ts'
import { toTimestamp } from './timestamps.ts'
import { numberOf, optionalNumberOf, textOf } from './values.ts'

type Select = (statement: Statement, values: Readonly<Record<string, Value>>) => Promise<readonly Row[]>

type Pair = readonly [string, string | number | boolean]
type Cursor = { cursorAt: string; cursorId: string }

/** Sessions in one page. */
const pageSize = 200
/** UTF-16 units of an id, rounded up to an even number. */
const maxIdLength = 256

/**
 * In the order of listing, page by page: the next one begins behind the last session of this one, so that a session which changes
 * meanwhile moves out of the way and never comes twice.
 */
export async function* listSessions(
  filter: SessionFilter,
  statements: Statements,
  select: Select,
): AsyncIterable<SessionInfo> {
  const found = await rarestFirst(Object.entries(filter.metadata ?? {}), statements, select)
  if (found === undefined) return
  const criteria = {
    prefix: filter.prefix !== undefined,
    updatedBefore: filter.updatedBefore !== undefined,
    updatedAfter: filter.updatedAfter !== undefined,
    metadata: found.wanted.length,
    few: found.few,
  }
  const values = { ...criterionValues(filter), ...metadataParameters(found.wanted) }
  let left = filter.limit ?? Number.MAX_SAFE_INTEGER
  for (let cursor = cursorOf(filter.after); left > 0; ) {
    const limit = Math.min(left, pageSize)
    const statement = statements.list({ ...criteria, continued: cursor !== undefined })
    const rows = await select(statement, { ...values, ...cursor, limit })
    yield* rows.map(toInfo)
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    left -= rows.length
    cursor = { cursorAt: textOf(last, 'listed_at'), cursorId: textOf(last, 'session_id') }
  }
}

/**
 * The values that sessions must have, the rarest first, and whether few have it: then those are looked up, else the sessions are gone
 * through in the order of listing, where the next one that has all of them is not far. `undefined` where no session has one of them.
 */
async function rarestFirst(
  wanted: readonly Pair[],
  statements: Statements,
  select: Select,
): Promise<{ wanted: readonly Pair[]; few: boolean } | undefined> {
  if (wanted.length === 0) return { wanted, few: false }
  const [row] = await select(statements.countMetadata(wanted.length), metadataParameters(wanted))
  const counted = wanted.map((pair, key) => ({ pair, count: row === undefined ? 0 : numberOf(row, `count${key}`) }))
  counted.sort((a, b) => a.count - b.count)
  const least = counted[0]?.count ?? 0
  return least === 0 ? undefined : { wanted: counted.map(({ pair }) => pair), few: least <= fewSessions }
}

function cursorOf(place: SessionPlace | undefined): Cursor | undefined {
  return place && { cursorAt: toTimestamp(place.updatedAt.getTime()), cursorId: place.sessionId }
}

/** A session as a row of `info` or `list` tells it. */
export function toInfo(row: Row): SessionInfo {
  const info: SessionInfo = {
    sessionId: textOf(row, 'session_id'),
    createdAt: new Date(numberOf(row, 'created_ms')),
    updatedAt: new Date(numberOf(row, 'updated_ms')),
    itemCount: numberOf(row, 'item_count'),
  }
  const expiresMs = optionalNumberOf(row, 'expires_ms')
  if (expiresMs !== undefined) info.expiresAt = new Date(expiresMs)
  if (row.metadata !== null) info.metadata = JSON.parse(textOf(row, 'metadata'))
  return info
}

function criterionValues({ prefix, updatedBefore, updatedAfter }: SessionFilter): Record<string, Value> {
  const values: Record<string, Value> = {}
  if (prefix !== undefined) {
    values.prefix = prefix
    // No id has room for more of them: every id that begins so is before it, and no other that is after the prefix.
    values.prefixEnd = prefix + '\u{10ffff}'.repeat(maxIdLength / 2)
    values.pattern = `${prefix.replaceAll(/[!%_]/g, '!$&')}%`
  }
  if (updatedBefore !== undefined) values.before = toTimestamp(updatedBefore.getTime())
  // Times may be finer than a millisecond, of which an `updatedAt` is the beginning.
  if (updatedAfter !== undefined) values.after = toTimestamp(updatedAfter.getTime() + 1)
  return values
}

function metadataParameters(wanted: readonly Pair[]): Record<string, Value> {
  const values: Record<string, Value> = {}
  for (const [index, [name, content]] of wanted.entries()) {
    const { key, value, digest } = metadataValues(name, content)
    values[`key${index}`] = key
    values[`value${index}`] = value
    values[`digest${index}`] = digest
  }
  return values
}
