import { describe, isPlain } from '../call/describe.ts'
import { assertId, assertOptions, checkLimit } from '../call/validate.ts'
import type { JSONValue } from '../codec/json.ts'
import { byListingOrder, type SessionPlace } from './listing-order.ts'

/**
 * Which sessions: all criteria must hold. Those that do come newest `updatedAt` first, of equal ones the session id descending by its
 * bytes in UTF-8. A criterion that would choose nothing, such as `undefined` or `''`, is a mistake: leave it out.
 */
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
  /** Behind this place of the listing: the last `SessionInfo` of one page leads to the next. Not for `deleteSessions`. */
  after?: SessionPlace
}

/** What another program counted of one turn, in tokens. */
export interface CountedTurn {
  /** Its number, from 1. */
  turn: number
  /** When it was counted. */
  at: Date
  requests: number
  inputTokens: number
  outputTokens: number
  /** Of the input, what the provider had in its cache. */
  cachedTokens: number
  /** Of the output, what the model reasoned with. */
  reasoningTokens: number
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
  /** What Python's `AdvancedSQLiteSession` counted in the branch that is read, oldest first; `usageOf` adds it. Absent elsewhere. */
  countedTurns?: CountedTurn[]
}

/** A session as `listSessions` gives it: with `count: false` without its `itemCount`. */
export interface ListedSession extends Omit<SessionInfo, 'itemCount'> {
  itemCount?: number
}

/** A copy that the caller cannot change any more. @throws TypeError or RangeError that names the criterion */
export function checkFilter(filter: SessionFilter): SessionFilter {
  assertOptions('A session filter', filter, {
    prefix: 'string',
    updatedBefore: 'object',
    updatedAfter: 'object',
    limit: 'number',
    metadata: 'object',
    after: 'object',
  })
  assertCriteria(filter, 'A session filter')
  const checked: SessionFilter = {}
  const { prefix, metadata, after } = filter
  if (prefix !== undefined) {
    if (prefix === '') throw new TypeError('prefix must not be empty; leave it out.')
    if (!prefix.isWellFormed()) throw new TypeError('prefix must be well-formed Unicode: no id begins with it.')
    checked.prefix = prefix
  }
  for (const name of ['updatedBefore', 'updatedAfter'] as const) {
    if (filter[name] !== undefined) checked[name] = checkDate(filter[name], name)
  }
  const limit = checkLimit(filter.limit)
  if (limit !== undefined) checked.limit = limit
  if (metadata !== undefined) checked.metadata = checkMetadataFilter(metadata)
  if (after !== undefined) checked.after = checkPlace(after)
  return checked
}

/** The same for sessions to delete. @throws TypeError where nothing chooses among sessions: `limit` alone does not */
export function checkDeletion(filter: SessionFilter): SessionFilter {
  const checked = checkFilter(filter)
  if (checked.after !== undefined) throw new TypeError('after is for listing sessions, not for deleting them.')
  const { prefix, updatedBefore, updatedAfter, metadata } = checked
  if ([prefix, updatedBefore, updatedAfter, metadata].every((criterion) => criterion === undefined)) {
    throw new TypeError('deleteSessions needs a criterion: prefix, updatedBefore, updatedAfter or metadata.')
  }
  return checked
}

/** Whether a session meets every criterion; `limit` is not one. */
export function matchesFilter(info: Omit<SessionInfo, 'itemCount'>, filter: SessionFilter): boolean {
  const { sessionId, updatedAt, metadata = {} } = info
  const { prefix = '', updatedBefore, updatedAfter, after } = filter
  if (!sessionId.startsWith(prefix)) return false
  if (updatedBefore !== undefined && updatedAt >= updatedBefore) return false
  if (updatedAfter !== undefined && updatedAt <= updatedAfter) return false
  if (after !== undefined && byListingOrder(info, after) <= 0) return false
  return Object.entries(filter.metadata ?? {}).every(([key, value]) => metadata[key] === value)
}

/** A copy. @throws TypeError for no Date, RangeError for an invalid one */
export function checkDate(date: unknown, name: string): Date {
  if (!(date instanceof Date)) throw new TypeError(`${name} must be a Date, not ${describe(date)}.`)
  if (Number.isNaN(date.getTime())) throw new RangeError(`${name} must be a valid Date.`)
  return new Date(date)
}

function checkMetadataFilter(metadata: Record<string, unknown>): Record<string, string | number | boolean> {
  assertCriteria(metadata, 'metadata', 'metadata.')
  if (Object.keys(metadata).length === 0)
    throw new TypeError('metadata must name a key; leave it out where there is none.')
  for (const [key, value] of Object.entries(metadata)) {
    const scalar = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
    if (scalar) continue
    throw new TypeError(
      `metadata.${key} must be a string, a finite number or a boolean in a filter, not ${describe(value)}.`,
    )
  }
  return { ...metadata } as Record<string, string | number | boolean>
}

/** Nothing that a caller wrote as a criterion is passed over: they would get, or delete, what they meant to leave out. */
function assertCriteria(criteria: object, owner: string, path = ''): void {
  if (!isPlain(criteria)) throw new TypeError(`${owner} must be a plain object, not ${describe(criteria)}.`)
  if (Reflect.ownKeys(criteria).length !== Object.keys(criteria).length) {
    throw new TypeError(`${owner} has a key that is a symbol or not enumerable.`)
  }
  for (const [name, value] of Object.entries(criteria)) {
    if (value === undefined) throw new TypeError(`${path}${name} must not be undefined; leave it out.`)
  }
}

function checkPlace({ updatedAt, sessionId }: SessionPlace): SessionPlace {
  assertId(sessionId, 'after.sessionId')
  return { updatedAt: checkDate(updatedAt, 'after.updatedAt'), sessionId }
}
