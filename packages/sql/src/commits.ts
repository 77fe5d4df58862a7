import { type CommitResult, type Decide, type HistoryChange, writes } from '@sessions/core'
import { applyChange, decideChange, type WritePolicy } from './changes.ts'
import type { Connection } from './connection.ts'
import type { Database, Outcome } from './database.ts'
import { isUniqueViolation } from './errors.ts'
import { appendTogether } from './group.ts'
import { type Limits, lockTimeoutMs } from './limits.ts'
import { appendAlone, noteThere } from './lone-append.ts'
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

/** What is done in a transaction on the rows of one session. */
export type SessionWork<T> = (rows: SessionRows, connection: Connection) => Promise<Outcome<T>>

/** One change, in one statement or in a transaction. */
export async function commitChange(
  place: CommitPlace,
  limits: Limits,
  sessionId: string,
  change: HistoryChange,
  policy: WritePolicy,
): Promise<CommitResult> {
  const result: CommitResult = (await appendAtOnce(place, limits, sessionId, change, policy))
    ? { status: 'applied', dropped: [] }
    : await changeIn(place, limits, sessionId, change.lease !== undefined, (rows) => applyChange(rows, change, policy))
  if (result.status === 'applied' && writes(change)) noteThere(place, sessionId)
  return result
}

/** The change that `decide` makes of what it is shown, under the lock of the session. */
export function decideIn(
  place: CommitPlace,
  limits: Limits,
  sessionId: string,
  limit: number | undefined,
  decide: Decide,
  policy: WritePolicy,
): Promise<CommitResult> {
  return changeIn(place, limits, sessionId, true, (rows) => decideChange(rows, limit, decide, policy))
}

/** A transaction on one session, which may keep its lease from others, of which others are told where it leaves something. */
export function changeIn<T>(
  { database, statements, notices }: CommitPlace,
  limits: Limits,
  sessionId: string,
  keepsLease: boolean,
  work: SessionWork<T>,
): Promise<T> {
  return database.transaction(limits, keepsLease ? 'lease' : 'change', async (connection) => {
    const outcome = await work(new SessionRows(connection, statements, sessionId), connection)
    if (outcome.keep) await notices?.send(connection, sessionId)
    return outcome
  })
}

/** An append, with others or in one statement, where the dialect can and the change is just that. `false` where a transaction has to decide. */
async function appendAtOnce(
  place: CommitPlace,
  limits: Limits,
  sessionId: string,
  change: HistoryChange,
  policy: WritePolicy,
): Promise<boolean> {
  const { append: records = [], operation, lease, returnDropped: _, expectTail = [], drop = 0, ...others } = change
  if (records.length === 0 || expectTail.length > 0 || drop !== 0 || Object.keys(others).length > 0) return false
  const { database, statements, notices } = place
  const plain = { sessionId, records, limits, operation }
  if (lease === undefined && (await appendTogether(place, plain, policy))) return true
  if (statements.appendAtOnce === undefined)
    return lease === undefined && operation === undefined && (await appendAlone(place, plain, policy))
  const statement = statements.appendAtOnce({
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
