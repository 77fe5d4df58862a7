import type { Tables } from '../tables.ts'
import { wrongSettings } from './mysql-settings.ts'

/** What `LAST_INSERT_ID` is given comes back with the answer (https://dev.mysql.com/doc/refman/8.4/en/information-functions.html#function_last-insert-id). */
export function touchAlive({ sessions }: Tables, now: string, ms: (timestamp: string) => string): string {
  return `UPDATE ${sessions}
    SET updated_at = CAST('1970-01-01' AS DATETIME(3))
        + INTERVAL LAST_INSERT_ID(GREATEST(${ms(now)}, ${ms('updated_at')} + 1)) * 1000 MICROSECOND,
      ttl_ms = COALESCE(CAST(:ttl AS SIGNED), ttl_ms)
    WHERE session_id = :id AND NOT COALESCE(expires_at <= ${now}, FALSE) AND ${wrongSettings} = ''`
}
