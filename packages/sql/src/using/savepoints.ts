import type { SQLDialect } from '../dialects/all.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { settleMySQL } from '../dialects/mysql-settings.ts'

/** What stands around one call inside of a transaction of the caller's. Statements without parameters. */
export interface Savepoints {
  /** Fails where no transaction is open, before anything is done. */
  readonly begin: readonly string[]
  /** Must fail, where a savepoint begins a transaction of its own. */
  readonly probe?: string
  readonly release: readonly string[]
  /** Undoes the call, and leaves its savepoint. */
  readonly undo: string
  /** Whether reads that decide about a write must lock: where a transaction shows what was there when it began. */
  readonly lockingReads?: boolean
  /** What is otherwise in the dialect inside of a transaction that is not ours. */
  readonly dialect: (dialect: Dialect) => Pick<Dialect, 'transaction' | 'settle'>
}

const savepoint = 'sessions_joined'
const undo = `ROLLBACK TO SAVEPOINT ${savepoint}`
const release = `RELEASE SAVEPOINT ${savepoint}`
/** Taken for what they are by the connection: see `joined-connection.ts`. */
const begin = ['BEGIN']

/** The time for which the caller waits for locks is kept for after the call. */
const postgres: Savepoints = {
  begin: [`SELECT set_config('sessions.lock_timeout', current_setting('lock_timeout'), true); SAVEPOINT ${savepoint}`],
  release: [`SELECT set_config('lock_timeout', current_setting('sessions.lock_timeout'), true); ${release}`],
  undo,
  dialect: ({ settle }) => ({
    transaction: (lockTimeoutMs) => ({ begin: [...begin, `SET LOCAL lock_timeout = ${lockTimeoutMs}`] }),
    ...(settle && { settle }),
  }),
}

/** Outside of a transaction a savepoint is gone at once. To set `autocommit`, as for a connection of a pool, would commit what is open. */
const mysql: Savepoints = {
  begin: [`SAVEPOINT ${savepoint}`, undo],
  release: [release],
  undo,
  lockingReads: true,
  dialect: () => ({
    transaction: () => ({ begin }),
    settle: (connection, server) => settleMySQL(connection, server, true),
  }),
}

/** Outside of a transaction a savepoint begins one. */
const sqlite: Savepoints = {
  probe: 'BEGIN',
  begin: [`SAVEPOINT ${savepoint}`],
  release: [release],
  undo,
  dialect: () => ({ transaction: () => ({ begin }) }),
}

export const savepoints: Readonly<Record<SQLDialect, Savepoints>> = { postgres, mysql, mariadb: mysql, sqlite }
