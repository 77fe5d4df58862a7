import type { Tables } from '../tables.ts'
import type { AppendParts } from './dialect.ts'
import { fence, now, settingLockTimeout } from './postgres-leases.ts'

/**
 * Locks the lease where it is fenced, and the session by changing it, then appends: `clock_timestamp()` is read once the lock is had,
 * and the ids are drawn after it, so that both agree with the order of commits. Appends nothing where the ttl has ended, or where the
 * lease is not held: it is locked, so that a take-over waits for this to end.
 */
export function appendAtOnce(
  { sessions, messages, operations, leases }: Tables,
  { operation, fenced, notified }: AppendParts,
): string {
  const unlessDone = `AND NOT EXISTS (
    SELECT 1 FROM ${operations} WHERE session_id = :id::varchar AND operation_id = :operation::varchar)`
  const saved = `, pruned AS (
      ${pruneOperations(operations, ':id::varchar')}
    ), saved AS (
      INSERT INTO ${operations} (session_id, operation_id, fingerprint, forget_at)
      SELECT session_id, :operation::varchar, :fingerprint::varchar, updated_at + :operationMs::bigint * interval '1 millisecond' FROM session
    )`
  const told = notified ? ', pg_notify(:channel, :note) IS NULL AS is_silent' : ''
  return `WITH ${fenced ? `fence AS (${fence(leases, true)}), ` : ''}session AS (
      INSERT INTO ${sessions} AS kept (session_id, created_at, updated_at, ttl_ms)
      SELECT :id::varchar, setting.now, setting.now, :ttl::bigint
      FROM (SELECT ${now} AS now, ${settingLockTimeout} AS lock_timeout${told}) AS setting ${fenced ? 'CROSS JOIN fence' : ''}
      WHERE setting.lock_timeout IS NOT NULL ${notified ? 'AND setting.is_silent IS NOT NULL' : ''} ${operation ? unlessDone : ''}
      ON CONFLICT (session_id) DO UPDATE
      SET updated_at = greatest(${now}, date_trunc('milliseconds', kept.updated_at) + interval '1 millisecond'),
        ttl_ms = coalesce(excluded.ttl_ms, kept.ttl_ms)
      WHERE coalesce(kept.updated_at + kept.ttl_ms * INTERVAL '1 millisecond' > ${now}, true)
      RETURNING session_id, updated_at
    )${operation ? saved : ''}
    INSERT INTO ${messages} (session_id, message_data, created_at)
    SELECT session.session_id, item.record, session.updated_at
    FROM session CROSS JOIN unnest(:records::text[]) WITH ORDINALITY AS item (record, position)
    ORDER BY item.position`
}

/** By their places, which are looked up in the order of the index, whatever a planner believes. */
export function pruneOperations(operations: string, id: string): string {
  return `DELETE FROM ${operations} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ${operations} WHERE session_id = ${id} AND forget_at <= ${now} ORDER BY forget_at LIMIT 2))`
}
