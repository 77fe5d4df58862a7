import { describe, isBytes } from '../call/describe.ts'
import { assertId } from '../call/validate.ts'
import type { JSONValue } from '../codec/json.ts'
import { takeItem } from '../codec/plain-data.ts'
import { checkMaintenance, type Maintenance } from './maintenance.ts'
import { checkDate } from './session-filter.ts'

/** One atomic write: all of it or nothing. Its parts are decided and done in the order in which they stand here. */
export interface HistoryChange extends ChangeConditions {
  /** Only once per id; the fingerprint tells a repetition from a reuse. Remembered for the store's `operationTtl` at least. */
  operation?: { id: string; fingerprint: string }
  /** Only if the newest records are exactly these, oldest first. */
  expectTail?: readonly string[]
  /** Remove that many of the newest records, or as many as there are. */
  drop?: number | 'all'
  /**
   * Empty the history: all records and operation ids go, `createdAt`, ttl and metadata stay. Where there is no metadata and the
   * change `writes` nothing, the session is gone; where there are no records, `updatedAt` stays. Not beside `drop`.
   */
  clear?: true
  /** Records that follow what is left, in this order. */
  append?: readonly string[]
  /** When each of `append` was made, where that was earlier: kept items keep their time. For backends that keep times. */
  appendTimes?: readonly (Date | undefined)[]
  /** Merged key by key into what is there; `undefined` removes a key. */
  metadata?: Record<string, JSONValue | undefined>
  /** Whether the result holds the records that were removed. Without it they are not fetched, and `dropped` is empty. */
  returnDropped?: true
}

/** What a change may ask for beyond what every store does. A store says which of these it knows; core refuses the others for it. */
export interface ChangeConditions {
  /** Replaces or removes records where they stand, if they still are what they were. Alone in its change. */
  maintain?: Maintenance
  /** Only if the newest entry is still that one; `null`: only if there is none. */
  expectNewest?: string | null
  /** Only if the metadata are structurally these; `{}` where there is none. */
  expectMetadata?: Record<string, JSONValue>
  /** Only if there is no such session. */
  create?: true
  /** Only while this lease is held. Decided right after the operation, so that a repetition stays one. */
  lease?: string
}

/**
 * `applied`, with the records that were removed, oldest first, if the change asked for them; else nothing was changed: `duplicate` for an
 * operation that was applied before, `reused` for its id with another fingerprint, `conflict` where something is not as expected,
 * `exists` where `create` found a session, `lost` where the lease is not held.
 */
export type CommitResult =
  | { status: 'applied'; dropped: string[] }
  | { status: 'duplicate' | 'reused' | 'conflict' | 'exists' | 'lost' }

/** Whether the change leaves something that a session must exist for. Dropping from nothing creates nothing. */
export function writes(change: HistoryChange): boolean {
  const { append, operation, metadata } = change
  return (append?.length ?? 0) > 0 || operation !== undefined || Object.keys(metadata ?? {}).length > 0
}

/** The conditions that a change has. */
export function conditionsOf(change: HistoryChange): (keyof ChangeConditions)[] {
  return conditionNames.filter((name) => change[name] !== undefined)
}

const conditionNames = ['maintain', 'expectNewest', 'expectMetadata', 'create', 'lease'] as const
const partNames: readonly string[] = [
  'operation',
  'expectTail',
  'drop',
  'clear',
  'append',
  'appendTimes',
  'metadata',
  'returnDropped',
  ...conditionNames,
]

/** A copy that the caller cannot change any more. @throws TypeError or RangeError that names the part, or one that is unknown */
export function checkChange(change: HistoryChange): HistoryChange {
  if (typeof change !== 'object' || change === null)
    throw new TypeError(`change must be an object, not ${describe(change)}.`)
  for (const [name, part] of Object.entries(change)) {
    if (!partNames.includes(name)) throw new TypeError(`A change has no part ${JSON.stringify(name)}.`)
    if (part === undefined) throw new TypeError(`${name} must not be undefined; leave it out.`)
  }
  const { operation, expectTail, drop, append, metadata } = change
  const checked: HistoryChange = checkConditions(change)
  if (operation !== undefined) {
    assertId(operation.id, 'operation.id')
    assertId(operation.fingerprint, 'operation.fingerprint')
    checked.operation = { id: operation.id, fingerprint: operation.fingerprint }
  }
  if (expectTail !== undefined) checked.expectTail = checkRecords(expectTail, 'expectTail')
  if (drop !== undefined) checked.drop = checkDrop(drop)
  if (isSet(change, 'clear')) checked.clear = true
  if (checked.clear && drop !== undefined) throw new TypeError('clear removes everything; leave drop out.')
  if (append !== undefined) checked.append = checkRecords(append, 'append')
  if (change.appendTimes !== undefined) checked.appendTimes = checkTimes(change.appendTimes, append?.length ?? 0)
  if (metadata !== undefined) checked.metadata = checkMetadata(metadata)
  if (isSet(change, 'returnDropped')) checked.returnDropped = true
  if (change.maintain !== undefined) {
    if (Object.keys(checked).length > 0) throw new TypeError('maintain stands alone in its change.')
    checked.maintain = checkMaintenance(change.maintain)
  }
  return checked
}

function checkConditions(change: HistoryChange): HistoryChange {
  const { expectNewest, expectMetadata, lease } = change
  const checked: HistoryChange = {}
  if (expectNewest !== undefined) {
    if (expectNewest !== null) assertId(expectNewest, 'expectNewest')
    checked.expectNewest = expectNewest
  }
  if (expectMetadata !== undefined) {
    checked.expectMetadata = checkMetadata(expectMetadata) as Record<string, JSONValue>
  }
  if (isSet(change, 'create')) checked.create = true
  if (lease !== undefined) {
    assertId(lease, 'lease')
    checked.lease = lease
  }
  return checked
}

function isSet(change: HistoryChange, name: 'clear' | 'create' | 'returnDropped'): boolean {
  const value: unknown = change[name]
  if (value === undefined || value === true) return value === true
  throw new TypeError(`${name} must be true or left out, not ${describe(value)}.`)
}

/** A copy of plain JSON values. @throws TypeError where it is no object, SESSION_ITEM_INVALID where JSON cannot say it */
export function checkMetadata(metadata: unknown): Record<string, JSONValue | undefined> {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new TypeError(`metadata must be an object, not ${describe(metadata)}.`)
  }
  const taken = takeItem(metadata, 'metadata')
  return Object.fromEntries(Object.entries(taken).map(([key, value]) => [key, copyJSON(value, key)]))
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

function checkTimes(times: unknown, count: number): readonly (Date | undefined)[] {
  if (!Array.isArray(times) || times.length !== count) {
    throw new TypeError('appendTimes must be an array with a Date or undefined for each record of append.')
  }
  return times.map((time, index) => (time === undefined ? undefined : checkDate(time, `appendTimes[${index}]`)))
}

function checkDrop(drop: unknown): number | 'all' {
  if (drop === 'all') return drop
  if (typeof drop !== 'number') throw new TypeError(`drop must be a number or 'all', not ${describe(drop)}.`)
  if (!Number.isSafeInteger(drop) || drop < 0) throw new RangeError(`drop must be a non-negative integer, not ${drop}.`)
  return drop
}
