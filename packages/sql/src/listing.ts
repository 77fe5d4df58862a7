import type { ListedSession, SessionFilter, SessionInfo, SessionPlace } from '@sessions/core'
import type { Row } from './connection.ts'
import { fewSessions } from './listing-statements.ts'
import { metadataValues } from './row-values.ts'
import type { Statement, Value } from './statement.ts'
import type { Statements } from './statements.ts'
import { toTimestamp } from './timestamps.ts'
import { numberOf, optionalNumberOf, textOf } from './values.ts'

type Select = (statement: Statement, values: Readonly<Record<string, Value>>) => Promise<readonly Row[]>

type Pair = readonly [string, string | number | boolean]

/** Where is listed, and how. */
export interface Listing {
  readonly statements: Statements
  readonly select: Select
  /** Whether each session comes with the number of its items. */
  readonly count: boolean
  /** Whether the sessions are indexed by minutes. */
  readonly byMinute: boolean
}

type Cursor = { cursorAt: string; cursorId: string }

/** Sessions in the first page, and at most in later ones, each of which is twice as large: not all who list go on to the end. */
const [firstPage, largestPage] = [200, 3_200]
/** UTF-16 units of an id, rounded up to an even number. */
const maxIdLength = 256

/**
 * In the order of listing, page by page: the next one begins behind the last session of this one, so that a session which changes
 * meanwhile moves out of the way and never comes twice.
 */
export async function* listSessions(
  filter: SessionFilter,
  { statements, select, count, byMinute }: Listing,
): AsyncIterable<ListedSession> {
  const found = await rarestFirst(filter, statements, select)
  if (found === undefined) return
  const criteria = {
    prefix: filter.prefix !== undefined,
    updatedBefore: filter.updatedBefore !== undefined,
    updatedAfter: filter.updatedAfter !== undefined,
    metadata: found.wanted.length,
    ...(found.few !== undefined && { few: found.few }),
    counted: count,
    byMinute,
  }
  const values = { ...criterionValues(filter), ...metadataParameters(found.wanted) }
  let left = filter.limit ?? Number.MAX_SAFE_INTEGER
  for (let cursor = cursorOf(filter.after), size = firstPage; left > 0; size = Math.min(2 * size, largestPage)) {
    const limit = Math.min(left, size)
    const statement = statements.list({ ...criteria, continued: cursor !== undefined })
    const rows = await select(statement, { ...values, ...cursor, limit })
    yield* rows.map((row) => (count ? toInfo(row) : toListed(row, {})))
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    left -= rows.length
    cursor = { cursorAt: textOf(last, 'listed_at'), cursorId: textOf(last, 'session_id') }
  }
}

/**
 * The values that sessions must have, the rarest first, and what few have, it or the prefix: then those are looked up, whatever the statistics
 * of the server say, else the sessions are gone through in the order of listing, where the next one that has all is not far. `undefined`
 * where no session has one of them.
 */
async function rarestFirst(
  filter: SessionFilter,
  statements: Statements,
  select: Select,
): Promise<{ wanted: readonly Pair[]; few?: 'prefix' | 'metadata' } | undefined> {
  const wanted = Object.entries(filter.metadata ?? {})
  const hasPrefix = filter.prefix !== undefined
  if (wanted.length === 0 && !hasPrefix) return { wanted }
  const values = { ...criterionValues(filter), ...metadataParameters(wanted) }
  const [row = {}] = await select(statements.countMatches(wanted.length, hasPrefix), values)
  const counted = wanted.map((pair, key) => ({ pair, count: numberOf(row, `count${key}`) }))
  counted.sort((a, b) => a.count - b.count)
  const prefixed = hasPrefix ? numberOf(row, 'prefixed') : Number.POSITIVE_INFINITY
  const valued = counted[0]?.count ?? Number.POSITIVE_INFINITY
  const least = Math.min(prefixed, valued)
  if (least === 0) return undefined
  const sorted = counted.map(({ pair }) => pair)
  if (least > fewSessions) return { wanted: sorted }
  return { wanted: sorted, few: prefixed < valued ? 'prefix' : 'metadata' }
}

function cursorOf(place: SessionPlace | undefined): Cursor | undefined {
  return place && { cursorAt: toTimestamp(place.updatedAt.getTime()), cursorId: place.sessionId }
}

/** A session as a row of `info` or `list` tells it. */
export function toInfo(row: Row): SessionInfo {
  return toListed(row, { itemCount: numberOf(row, 'item_count') })
}

/** Its fields in the order that they have in every store. */
function toListed<Count extends { itemCount?: number }>(row: Row, counted: Count): ListedSession & Count {
  const info: ListedSession & Count = {
    sessionId: textOf(row, 'session_id'),
    createdAt: new Date(numberOf(row, 'created_ms')),
    updatedAt: new Date(numberOf(row, 'updated_ms')),
    ...counted,
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
