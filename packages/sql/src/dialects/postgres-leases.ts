import type { Grammar } from './dialect.ts'

/** The time of the server in UTC, in whole milliseconds; read anew wherever it stands. */
export const now = "date_trunc('milliseconds', timezone('UTC', clock_timestamp()))"

export function ms(timestamp: string): string {
  return `floor(extract(epoch FROM ${timestamp}) * 1000)::bigint`
}

/** Makes a statement that is its own transaction wait for locks no longer than this. */
export const settingLockTimeout = "set_config('lock_timeout', :lockTimeout, true)"

/**
 * Never a plain subquery: that would answer from before its statement waited for the session. Whoever waited for the lock sees
 * the row as it is then.
 * @param alone - whether the statement is a transaction of its own
 */
export function fence(leases: string, alone = false): string {
  const isHeld = `session_id = :id::varchar AND token = :lease::varchar AND until_ms > ${ms(now)}`
  if (!alone) return `SELECT 1 AS held FROM ${leases} WHERE ${isHeld} FOR UPDATE`
  return `SELECT 1 AS held FROM (SELECT ${settingLockTimeout} AS lock_timeout) AS setting CROSS JOIN ${leases} AS kept
    WHERE setting.lock_timeout IS NOT NULL AND ${isHeld} FOR UPDATE OF kept`
}

/** Each in one statement, so that a free lease is taken in one round trip. */
export function stepLease(leases: string): NonNullable<Grammar['stepLease']> {
  const setting = `(SELECT ${settingLockTimeout} AS lock_timeout) AS setting`
  const isExpected = 'setting.lock_timeout IS NOT NULL AND session_id = :id::varchar AND version = :expect::varchar'
  // Where nobody holds, when the row was written, so that it is not purged while others wait.
  const until = `CASE WHEN :token::varchar IS NULL THEN ${ms(now)} ELSE coalesce(:until::bigint, ${ms(now)} + :leaseMs::bigint) END`
  const after = `RETURNING version, token, until_ms::text AS until_ms, waiting, (${ms(now)})::text AS now_ms`
  return {
    make: `INSERT INTO ${leases} (session_id, version, token, until_ms, waiting)
      SELECT :id::varchar, :version::varchar, :token::varchar, ${until}, :waiting::text
      FROM ${setting} WHERE setting.lock_timeout IS NOT NULL ON CONFLICT (session_id) DO NOTHING ${after}`,
    change: `UPDATE ${leases} SET version = :version::varchar, token = :token::varchar, until_ms = ${until},
      waiting = :waiting::text FROM ${setting} WHERE ${isExpected} ${after}`,
    remove: `DELETE FROM ${leases} USING ${setting} WHERE ${isExpected}
      RETURNING NULL AS version, NULL AS token, '0' AS until_ms, '' AS waiting, (${ms(now)})::text AS now_ms`,
  }
}
