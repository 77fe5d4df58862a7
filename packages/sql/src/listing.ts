import type { SessionFilter, SessionInfo } from '@sessions/core'
import type { Row } from './connection.ts'
import { metadataValues } from './rows.ts'
import type { Statement, Value } from './statement.ts'
import type { Statements } from './statements.ts'
import { toTimestamp } from './timestamps.ts'
import { numberOf, optionalNumberOf, textOf } from './values.ts'

type Select = (statement: Statement, values: Readonly<Record<string, Value>>) => Promise<readonly Row[]>

/** Sessions in one page. */
const pageSize = 200

/**
 * Newest change first, page by page: the next one begins after the last session of this one, so that a session which changes
 * meanwhile moves out of the way and never comes twice.
 */
export async function* listSessions(
  filter: SessionFilter,
  statements: Statements,
  select: Select,
): AsyncIterable<SessionInfo> {
  const wanted = Object.entries(filter.metadata ?? {})
  const criteria = {
    prefix: filter.prefix !== undefined && filter.prefix !== '',
    updatedBefore: filter.updatedBefore !== undefined,
    updatedAfter: filter.updatedAfter !== undefined,
    metadata: wanted.length,
  }
  const values = criterionValues(filter)
  let left = filter.limit ?? Number.MAX_SAFE_INTEGER
  for (let cursor: { cursorAt: string; cursorId: string } | undefined; left > 0; ) {
    const limit = Math.min(left, pageSize)
    const statement = statements.list({ ...criteria, continued: cursor !== undefined })
    const rows = await select(statement, { ...values, ...cursor, limit })
    yield* rows.map(toInfo)
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    left -= rows.length
    cursor = { cursorAt: textOf(last, 'updated_at_exact'), cursorId: textOf(last, 'session_id') }
  }
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

function criterionValues({ prefix, updatedBefore, updatedAfter, metadata }: SessionFilter): Record<string, Value> {
  const values: Record<string, Value> = {}
  if (prefix !== undefined) {
    values.prefix = prefix
    values.pattern = `${prefix.replaceAll(/[!%_]/g, '!$&')}%`
  }
  if (updatedBefore !== undefined) values.before = toTimestamp(updatedBefore.getTime())
  // Times may be finer than a millisecond, of which an `updatedAt` is the beginning.
  if (updatedAfter !== undefined) values.after = toTimestamp(updatedAfter.getTime() + 1)
  for (const [index, [name, content]] of Object.entries(metadata ?? {}).entries()) {
    const { key, value, digest } = metadataValues(name, content)
    values[`key${index}`] = key
    values[`value${index}`] = value
    values[`digest${index}`] = digest
  }
  return values
}
