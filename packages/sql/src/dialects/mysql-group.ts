import type { Tables } from '../tables.ts'
import type { TogetherInSteps } from './dialect.ts'
import { wrongSettings } from './mysql-settings.ts'

/** A few keys among few rows are else found by a scan, which locks every row that it passes. */
const byKey = 'FORCE INDEX (PRIMARY)'

/**
 * From JSON, as MySQL and MariaDB 10.6 and later read it: ids, and `[id, time]`. In a table of its own, since MySQL finds fault with what
 * is locked beside a table of JSON (3569). Without collations of their own: the column's must be the one that compares.
 */
const member = `(SELECT place, session_id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (
  place FOR ORDINALITY, session_id VARCHAR(255) PATH '$')) AS given) AS member`
const found = `(SELECT session_id, at FROM JSON_TABLE(:sessions, '$[*]' COLUMNS (
  session_id VARCHAR(255) PATH '$[0]', at DATETIME(3) PATH '$[1]')) AS given) AS found`

/**
 * The messages are no part of it: an `INSERT … SELECT` keeps MariaDB from giving ids to anybody else until it ends, and it may wait for them
 * (`innodb_autoinc_lock_mode = 1`, the default there).
 */
export function appendTogether(
  { sessions }: Tables,
  now: string,
  ms: (timestamp: string) => string,
): TogetherInSteps<string> {
  const text = (expression: string): string => `CAST(${expression} AS CHAR)`
  const place = `${text('member.place')} AS place, ${text(ms(now))} AS now_ms, ${wrongSettings} AS wrong_settings`
  return {
    lock: `SELECT ${place}, ${text(ms('kept.updated_at'))} AS updated_ms
      FROM ${member} STRAIGHT_JOIN ${sessions} AS kept ${byKey} ON kept.session_id = member.session_id
      WHERE NOT COALESCE(kept.expires_at <= ${now}, FALSE) FOR UPDATE SKIP LOCKED`,
    touch: `UPDATE ${found} STRAIGHT_JOIN ${sessions} AS kept ${byKey} ON kept.session_id = found.session_id
      SET kept.updated_at = found.at, kept.ttl_ms = COALESCE(CAST(:ttl AS SIGNED), kept.ttl_ms)`,
    absent: `SELECT ${place}, '0' AS updated_ms
      FROM ${member} LEFT JOIN ${sessions} AS present ON present.session_id = member.session_id
      WHERE present.session_id IS NULL`,
    make: `INSERT INTO ${sessions} (session_id, created_at, updated_at, ttl_ms)
      SELECT found.session_id, found.at, found.at, CAST(:ttl AS SIGNED) FROM ${found} ORDER BY found.session_id`,
  }
}
