import { describe } from '../call/describe.ts'
import { assertId } from '../call/validate.ts'
import type { JSONValue } from '../codec/json.ts'
import { checkMetadata } from './history-change.ts'
import { checkDate, type SessionInfo } from './session-filter.ts'

/** The id of an operation that was applied to a session, as a store remembers it. */
export interface KeptOperation {
  id: string
  fingerprint: string
  /** Until when it is remembered at least. */
  forgetAt: Date
}

/**
 * A session as it is to be from now on, with times of its own, which no other write can give: for moving and restoring. Its ttl is what
 * lies between `updatedAt` and `expiresAt`; without `expiresAt` it has none until it is written again.
 */
export interface RestoredSession extends Omit<SessionInfo, 'itemCount'> {
  /** Oldest first. */
  records: readonly string[]
  /** When each of them was made, where that is known; none is taken for newer than `updatedAt`. */
  times: readonly (Date | undefined)[]
  operations: readonly KeptOperation[]
  /** What it goes on from or takes the place of. Without it, only where there is no such session. */
  over?: RestoredOver
}

/** A session with all that a copy of it has. */
export interface WholeSession extends Omit<RestoredSession, 'over'> {
  /** The id of its newest entry, `null` where it has none; absent where its store keeps no places, or was not asked for it. */
  newest?: string | null
}

/** `undefined` where there is no such session, `unread` where it was not read. */
export type WholeRead = WholeSession | 'unread' | undefined

/** Only if the session that is there is still as it was read. */
export interface RestoredOver {
  updatedAt: Date
  /** The id of its newest entry, `null` where it has none; left out for a store that keeps no places. */
  newest?: string | null
  /** Whether its records and operation ids stay and the given ones follow them; else they go. Everything else is replaced. */
  keeps: boolean
}

/** `conflict`: there is such a session, or another one than `over` says. Nothing of this one was changed then. */
export type RestoreResult = 'restored' | 'conflict'

/** A copy of all but the lists, which the caller must leave as they are. @throws TypeError or RangeError that names the part */
export function checkRestored(sessions: readonly RestoredSession[]): RestoredSession[] {
  if (!Array.isArray(sessions)) throw new TypeError(`sessions must be an array, not ${describe(sessions)}.`)
  return sessions.map((session, index) => {
    const name = (part: string): string => `sessions[${index}].${part}`
    const { sessionId, createdAt, updatedAt, expiresAt, metadata, records, times, operations, over } = session
    assertId(sessionId, name('sessionId'))
    assertStrings(records, name('records'))
    if (!Array.isArray(times) || times.length !== records.length) {
      throw new TypeError(`${name('times')} must be an array with a Date or undefined for each record.`)
    }
    for (const [at, time] of times.entries()) if (time !== undefined) checkDate(time, name(`times[${at}]`))
    for (const [at, operation] of operations.entries()) {
      assertId(operation.id, name(`operations[${at}].id`))
      assertId(operation.fingerprint, name(`operations[${at}].fingerprint`))
      checkDate(operation.forgetAt, name(`operations[${at}].forgetAt`))
    }
    const checked: RestoredSession = {
      sessionId,
      createdAt: checkDate(createdAt, name('createdAt')),
      updatedAt: checkDate(updatedAt, name('updatedAt')),
      records,
      times,
      operations,
    }
    if (expiresAt !== undefined) checked.expiresAt = checkDate(expiresAt, name('expiresAt'))
    if (metadata !== undefined) checked.metadata = checkMetadata(metadata) as Record<string, JSONValue>
    if (over !== undefined) checked.over = { ...over, updatedAt: checkDate(over.updatedAt, name('over.updatedAt')) }
    return checked
  })
}

/** The ttl of a restored session in milliseconds; `undefined` where it has none. */
export function restoredTTL({ updatedAt, expiresAt }: RestoredSession): number | undefined {
  return expiresAt === undefined ? undefined : Math.max(1, expiresAt.getTime() - updatedAt.getTime())
}

function assertStrings(records: unknown, name: string): void {
  if (!Array.isArray(records)) throw new TypeError(`${name} must be an array of strings, not ${describe(records)}.`)
  const wrong = records.findIndex((record) => typeof record !== 'string')
  if (wrong >= 0) throw new TypeError(`${name}[${wrong}] must be a string, not ${describe(records[wrong])}.`)
}
