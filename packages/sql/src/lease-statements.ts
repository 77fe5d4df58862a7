import type { Dialect } from './dialects/dialect.ts'
import { compile, type Statement } from './statement.ts'
import type { Tables } from './tables.ts'

/** Sessions whose leases are looked at in one statement of purging. */
export const someLeases = 500

/** Texts for the lease of `:id`. */
export interface LeaseStatements {
  /** Its row, in columns that are NULL where there is none, and what time it is. */
  readonly lease: Statement
  readonly makeLease: Statement
  /** Only if its version is `:expect`, as with the next one. */
  readonly changeLease: Statement
  readonly removeLease: Statement
  /** Whether a row comes back from these three: the lease as it is then. */
  readonly leaseAtOnce: boolean
  readonly fence: Statement
  /** Leases that ended more than a minute ago, after the session `:after`. */
  readonly endedLeases: Statement
}

export function prepareLeases(dialect: Dialect, tables: Tables): LeaseStatements {
  const { fence, ms, now, text, stepLease } = dialect.grammar(tables)
  const { leases } = tables
  const once = (source: string): Statement => compile(source, dialect.placeholders)
  const make = `INSERT INTO ${leases} (session_id, version, token, until_ms, waiting)
    VALUES (:id, :version, :token, :until, :waiting)`
  const change = `UPDATE ${leases} SET version = :version, token = :token, until_ms = :until, waiting = :waiting
    WHERE session_id = :id AND version = :expect`
  const remove = `DELETE FROM ${leases} WHERE session_id = :id AND version = :expect`
  return {
    lease: once(`SELECT version, token, ${text('until_ms')} AS until_ms, waiting, ${text(ms(now))} AS now_ms
      FROM (SELECT 1 AS one) AS one LEFT JOIN ${leases} ON session_id = :id`),
    makeLease: once(stepLease?.make ?? make),
    changeLease: once(stepLease?.change ?? change),
    removeLease: once(stepLease?.remove ?? remove),
    leaseAtOnce: stepLease !== undefined,
    fence: once(fence),
    endedLeases: once(`SELECT session_id, version FROM ${leases}
      WHERE session_id > :after AND until_ms < ${ms(now)} - 60000 ORDER BY session_id LIMIT :limit`),
  }
}
