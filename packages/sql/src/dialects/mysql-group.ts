import type { Tables } from '../tables.ts'
import type { TogetherInSteps } from './dialect.ts'
import { wrongSettings } from './mysql-settings.ts'

const now = 'UTC_TIMESTAMP(3)'

/** A few keys among few rows are else found by a scan, which locks every row that it passes. */
const byKey = 'FORCE INDEX (PRIMARY)'

/**
 * Ids as a JSON array, and as `[id, [record, …]]` with the records of each: MariaDB 10.6 and later. In a table of its own, since MySQL
 * finds fault with what is locked beside a table of JSON (3569).
 */
const member = `(SELECT place, session_id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (
  place FOR ORDINALITY, session_id VARCHAR(255) PATH '$')) AS given) AS member`
const item = `JSON_TABLE(:members, '$[*]' COLUMNS (
  place FOR ORDINALITY, session_id VARCHAR(255) PATH '$[0]', NESTED PATH '$[1][*]' COLUMNS (
    position FOR ORDINALITY, record LONGTEXT PATH '$'))) AS item`

/** As in a change by itself, the time is read once a session is locked. Without collations of their own: the column's must compare. */
export function appendTogether({ sessions, messages }: Tables): TogetherInSteps<string> {
  const kept = `STRAIGHT_JOIN ${sessions} AS kept ${byKey} ON kept.session_id`
  const place = `CAST(member.place AS CHAR) AS place, ${wrongSettings} AS wrong_settings`
  return {
    lock: `SELECT ${place} FROM ${member} ${kept} = member.session_id
      WHERE NOT COALESCE(kept.expires_at <= ${now}, FALSE) FOR UPDATE SKIP LOCKED`,
    touch: `UPDATE ${member} ${kept} = member.session_id
      SET kept.updated_at = GREATEST(${now}, kept.updated_at + INTERVAL 1000 MICROSECOND),
        kept.ttl_ms = COALESCE(CAST(:ttl AS SIGNED), kept.ttl_ms)`,
    absent: `SELECT ${place} FROM ${member} LEFT JOIN ${sessions} AS present ON present.session_id = member.session_id
      WHERE present.session_id IS NULL`,
    make: `INSERT INTO ${sessions} (session_id, created_at, updated_at, ttl_ms)
      SELECT member.session_id, ${now}, ${now}, CAST(:ttl AS SIGNED) FROM ${member} ORDER BY member.session_id`,
    append: `INSERT INTO ${messages} (session_id, message_data, created_at)
      SELECT kept.session_id, item.record, kept.updated_at FROM ${item} ${kept} = item.session_id
      ORDER BY item.place, item.position`,
  }
}
