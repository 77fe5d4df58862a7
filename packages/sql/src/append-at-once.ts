import type { HistoryChange } from '@sessions/core'
import type { Database } from './database.ts'
import { isUniqueViolation } from './errors.ts'
import { type Limits, lockTimeoutMs } from './limits.ts'
import { bind } from './statement.ts'
import type { Statements } from './statements.ts'

/** What one statement can do. */
const parts: readonly string[] = ['append', 'operation', 'lease', 'returnDropped']

/** An append to a session in one statement, where the dialect can and the change is just that. `false` where a transaction has to decide. */
export async function appendAtOnce(
  database: Database,
  limits: Limits,
  { appendAtOnce }: Statements,
  sessionId: string,
  change: HistoryChange,
  policy: { ttlMs: number | undefined; operationMs: number },
): Promise<boolean> {
  const { append: records = [], operation, lease } = change
  const isMore = Object.keys(change).some((part) => !parts.includes(part))
  if (appendAtOnce === undefined || records.length === 0 || isMore) return false
  const statement = appendAtOnce({ operation: operation !== undefined, fenced: lease !== undefined })
  const values = bind(statement, {
    id: sessionId,
    records,
    ttl: policy.ttlMs ?? null,
    lockTimeout: String(lockTimeoutMs(limits)),
    operation: operation?.id ?? null,
    fingerprint: operation?.fingerprint ?? null,
    operationMs: policy.operationMs,
    lease: lease ?? null,
  })
  try {
    const { affected } = await database.write(limits, (connection) => connection.run(statement, values))
    return affected > 0
  } catch (error) {
    if (isUniqueViolation(error)) return false
    throw error
  }
}
