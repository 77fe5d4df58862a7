import type { ChangeConditions, CommitResult, HistoryChange } from '@sessions/core'
import { isHeld } from './leases.ts'
import { hasMetadata } from './metadata.ts'
import type { Statements } from './statements.ts'
import { toTimestamp } from './timestamps.ts'

/** The conditions that a change may have here. */
export const knownConditions: readonly (keyof ChangeConditions)[] = [
  'maintain',
  'expectNewest',
  'expectMetadata',
  'create',
  'lease',
]

type Refusal = Exclude<CommitResult['status'], 'applied'>

/** Why a change is not done; `undefined` where it is. Conditions that it does not have cost nothing. */
export function refusalOf(
  statements: Statements,
  sessionId: string,
  exists: boolean,
  { operation, lease, create, expectTail, expectNewest, expectMetadata }: HistoryChange,
  now: number,
): Refusal | undefined {
  if (operation !== undefined) {
    const fingerprint = statements.operation.get(sessionId, operation.id, toTimestamp(now))
    if (fingerprint !== undefined) return fingerprint === operation.fingerprint ? 'duplicate' : 'reused'
  }
  if (lease !== undefined && !isHeld(statements, sessionId, lease, now)) return 'lost'
  if (create === true && exists) return 'exists'
  if (expectTail !== undefined && !hasTail(statements, sessionId, expectTail)) return 'conflict'
  const newest = expectNewest === undefined ? undefined : (statements.newestId.get(sessionId) ?? null)
  if (newest !== expectNewest) return 'conflict'
  if (expectMetadata !== undefined && !hasMetadata(statements, sessionId, expectMetadata)) return 'conflict'
  return undefined
}

function hasTail(statements: Statements, sessionId: string, tail: readonly string[]): boolean {
  const newest = statements.tail.all(sessionId, tail.length) as string[]
  return newest.length === tail.length && newest.reverse().every((record, index) => record === tail[index])
}
