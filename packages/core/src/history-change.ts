import type { JSONValue } from './json.ts'
import { assertItem, describe, isBytes } from './plain-data.ts'
import { assertId } from './validate.ts'

/** One atomic write: all of it or nothing. Its parts are decided and done in the order in which they stand here. */
export interface HistoryChange {
  /** Only once per id; the fingerprint tells a repetition from a reuse. Kept as long as the session. */
  operation?: { id: string; fingerprint: string }
  /** Only if the newest records are exactly these, oldest first. */
  expectTail?: readonly string[]
  /** Remove that many of the newest records, or as many as there are. */
  drop?: number | 'all'
  /** Records that follow what is left, in this order. */
  append?: readonly string[]
  /** Merged key by key into what is there; `undefined` removes a key. */
  metadata?: Record<string, JSONValue | undefined>
}

/**
 * `applied` with the records that were dropped, oldest first; else nothing was changed: `duplicate` for an operation
 * that was applied before, `reused` for its id with another fingerprint, `conflict` for a tail that differs.
 */
export type CommitResult = { status: 'applied'; dropped: string[] } | { status: 'duplicate' | 'reused' | 'conflict' }

/** Whether the change leaves something that a session must exist for. Dropping from nothing creates nothing. */
export function writes(change: HistoryChange): boolean {
  const { append, operation, metadata } = change
  return (append?.length ?? 0) > 0 || operation !== undefined || Object.keys(metadata ?? {}).length > 0
}

/** A copy that the caller cannot change any more. @throws TypeError or RangeError that names the part */
export function checkChange(change: HistoryChange): HistoryChange {
  const { operation, expectTail, drop, append, metadata } = change
  const checked: HistoryChange = {}
  if (operation !== undefined) {
    assertId(operation.id, 'operation.id')
    assertId(operation.fingerprint, 'operation.fingerprint')
    checked.operation = { id: operation.id, fingerprint: operation.fingerprint }
  }
  if (expectTail !== undefined) checked.expectTail = checkRecords(expectTail, 'expectTail')
  if (drop !== undefined) checked.drop = checkDrop(drop)
  if (append !== undefined) checked.append = checkRecords(append, 'append')
  if (metadata !== undefined) checked.metadata = checkMetadata(metadata)
  return checked
}

/** A copy of plain JSON values. @throws TypeError where it is no object, SESSION_ITEM_INVALID where JSON cannot say it */
export function checkMetadata(metadata: unknown): Record<string, JSONValue | undefined> {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new TypeError(`metadata must be an object, not ${describe(metadata)}.`)
  }
  assertItem(metadata, 'metadata')
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, copyJSON(value, key)]))
}

function copyJSON(value: unknown, key: string): JSONValue | undefined {
  if (value === undefined) return undefined
  if (holdsBytes(value)) throw new TypeError(`metadata.${key} holds bytes; metadata is JSON.`)
  return JSON.parse(JSON.stringify(value)) as JSONValue
}

function holdsBytes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return isBytes(value) || Object.values(value).some(holdsBytes)
}

function checkRecords(records: unknown, name: string): readonly string[] {
  if (!Array.isArray(records)) throw new TypeError(`${name} must be an array of strings, not ${describe(records)}.`)
  const wrong = records.findIndex((record) => typeof record !== 'string')
  if (wrong >= 0) throw new TypeError(`${name}[${wrong}] must be a string, not ${describe(records[wrong])}.`)
  return [...records]
}

function checkDrop(drop: unknown): number | 'all' {
  if (drop === 'all') return drop
  if (typeof drop !== 'number') throw new TypeError(`drop must be a number or 'all', not ${describe(drop)}.`)
  if (!Number.isSafeInteger(drop) || drop < 0) throw new RangeError(`drop must be a non-negative integer, not ${drop}.`)
  return drop
}
