import { describe } from '../call/describe.ts'
import { assertOptions, checkLimit } from '../call/validate.ts'
import type { JSONValue } from '../codec/json.ts'

/** Which sessions: all criteria must hold. Sessions come newest `updatedAt` first. */
export interface SessionFilter {
  /** The session id starts with this, compared byte for byte. */
  prefix?: string
  /** Last changed before this instant. */
  updatedBefore?: Date
  /** Last changed after this instant. */
  updatedAfter?: Date
  /** At most so many; none for 0 and less. */
  limit?: number
  /** Equality on top-level keys: `{ userId: 'u1' }`. */
  metadata?: Record<string, string | number | boolean>
}

/** What is known of a session without reading its items. */
export interface SessionInfo {
  sessionId: string
  /** The first write. It never moves. */
  createdAt: Date
  /** The latest change: later than the one before it, also where the clock is not. */
  updatedAt: Date
  itemCount: number
  /** When the session will be gone unless it is written before; absent without a ttl. */
  expiresAt?: Date
  /** Absent where none was set. */
  metadata?: Record<string, JSONValue>
}

/** A copy that the caller cannot change any more. @throws TypeError or RangeError that names the criterion */
export function checkFilter(filter: SessionFilter): SessionFilter {
  assertOptions('A session filter', filter, {
    prefix: 'string',
    updatedBefore: 'object',
    updatedAfter: 'object',
    limit: 'number',
    metadata: 'object',
  })
  const checked: SessionFilter = {}
  if (filter.prefix !== undefined) {
    if (!filter.prefix.isWellFormed()) throw new TypeError('prefix must be well-formed Unicode: no id begins with it.')
    checked.prefix = filter.prefix
  }
  for (const name of ['updatedBefore', 'updatedAfter'] as const) {
    if (filter[name] !== undefined) checked[name] = checkDate(filter[name], name)
  }
  const limit = checkLimit(filter.limit)
  if (limit !== undefined) checked.limit = limit
  if (filter.metadata !== undefined) checked.metadata = checkMetadataFilter(filter.metadata)
  return checked
}

/** Whether at least one criterion chooses among sessions; `limit` alone does not. */
export function hasCriterion(filter: SessionFilter): boolean {
  const { prefix, updatedBefore, updatedAfter, metadata } = filter
  const named = metadata !== undefined && Object.keys(metadata).length > 0
  return (prefix !== undefined && prefix !== '') || updatedBefore !== undefined || updatedAfter !== undefined || named
}

/** Whether a session meets every criterion; `limit` is not one. */
export function matchesFilter({ sessionId, updatedAt, metadata = {} }: SessionInfo, filter: SessionFilter): boolean {
  const { prefix = '', updatedBefore, updatedAfter } = filter
  if (!sessionId.startsWith(prefix)) return false
  if (updatedBefore !== undefined && updatedAt >= updatedBefore) return false
  if (updatedAfter !== undefined && updatedAt <= updatedAfter) return false
  return Object.entries(filter.metadata ?? {}).every(([key, value]) => metadata[key] === value)
}

/** A copy. @throws TypeError for no Date, RangeError for an invalid one */
export function checkDate(date: unknown, name: string): Date {
  if (!(date instanceof Date)) throw new TypeError(`${name} must be a Date, not ${describe(date)}.`)
  if (Number.isNaN(date.getTime())) throw new RangeError(`${name} must be a valid Date.`)
  return new Date(date)
}

function checkMetadataFilter(metadata: Record<string, unknown>): Record<string, string | number | boolean> {
  for (const [key, value] of Object.entries(metadata)) {
    const scalar = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
    if (!scalar) throw new TypeError(`metadata.${key} must be a string, a finite number or a boolean in a filter.`)
  }
  return { ...metadata } as Record<string, string | number | boolean>
}
