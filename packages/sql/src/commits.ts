import type { CommitResult, HistoryChange } from '@sessions/core'
import { applyChange, type WritePolicy } from './changes.ts'
import type { Database } from './database.ts'
import { isUniqueViolation } from './errors.ts'
import { type Limits, lockTimeoutMs } from './limits.ts'
import type { Notices } from './notices.ts'
import { SessionRows } from './rows.ts'
import { bind } from './statement.ts'
import type { Statements } from './statements.ts'

/** Where a change is made. */
export interface CommitPlace {
  readonly database: Database
  readonly statements: Statements
  /** Where others are told of changes. */
  readonly notices: Notices | undefined
}

/** One change, in one statement or in a transaction. */
export async function commitChange(
  place: CommitPlace,
  limits: Limits,
  sessionId: string,
  change: HistoryChange,
  policy: WritePolicy,
): Promise<CommitResult> {
  const { database, statements, notices } = place
  if (await appendAtOnce(place, limits, sessionId, change, policy)) return { status: 'applied', dropped: [] }
  return database.transaction(limits, async (connection) => {
    const outcome = await applyChange(new SessionRows(connection, statements, sessionId), change, policy)
    if (outcome.keep) await notices?.send(connection, sessionId)
    return outcome
  })
}

/** An append to a session in one statement, where the dialect can and the change is just that. `false` where a transaction has to decide. */
async function appendAtOnce(
  { database, statements: { appendAtOnce }, notices }: CommitPlace,
  limits: Limits,
  sessionId: string,
  change: HistoryChange,
  policy: WritePolicy,
): Promise<boolean> {
  const { append: records = [], operation, lease, returnDropped: _, expectTail = [], drop = 0, ...others } = change
  const isMore = expectTail.length > 0 || drop !== 0 || Object.keys(others).length > 0
  if (appendAtOnce === undefined || records.length === 0 || isMore) return false
  const statement = appendAtOnce({
    operation: operation !== undefined,
    fenced: lease !== undefined,
    notified: notices !== undefined,
  })
  const values = bind(statement, {
    id: sessionId,
    records,
    ttl: policy.ttlMs ?? null,
    lockTimeout: String(lockTimeoutMs(limits)),
    operation: operation?.id ?? null,
    fingerprint: operation?.fingerprint ?? null,
    operationMs: policy.operationMs,
    lease: lease ?? null,
    ...notices?.of(sessionId),
  })
  try {
    const { affected } = await database.write(limits, (connection) => connection.run(statement, values))
    return affected > 0
  } catch (error) {
    if (isUniqueViolation(error)) return false
    throw error
  }
}
