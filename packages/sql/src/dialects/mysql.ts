import { connectMariaDB } from '../drivers/mariadb.ts'
import { connectMySQL2 } from '../drivers/mysql2.ts'
import { Collision } from '../errors.ts'
import type { Tables } from '../tables.ts'
import { type Dialect, type Grammar, idleSeconds, type Server, type TransactionEdges } from './dialect.ts'
import { touchAlive } from './mysql-append.ts'
import { appendTogether } from './mysql-group.ts'
import { settleMySQL, wrongSettings } from './mysql-settings.ts'
import { steps } from './step.ts'

const now = 'UTC_TIMESTAMP(3)'

/** A few keys among few rows are else found by a scan, which locks every row that it passes. */
const byKey = 'FORCE INDEX (PRIMARY)'

const schemaLock = 'sessions_schema'
/** For which a step waits for a table that others use: whoever wants it after us waits for us meanwhile. The least that there is. */
const tableLockSeconds = 1

/**
 * Where another node's write came before it, Galera rolls a transaction back at any moment and tells so with the next statement;
 * but where that one was just being prepared or executed, it may run as if nothing had happened (seen in MariaDB 10.11.18). Then
 * it must not commit by itself, and what follows must not commit without the rest: the savepoint went with the transaction.
 */
const watched: TransactionEdges = {
  // The second one waits for what other nodes have acknowledged, which nothing inside of a transaction does.
  begin: ['SET autocommit = 0', 'START TRANSACTION', 'SAVEPOINT sessions'],
  verify: 'RELEASE SAVEPOINT sessions',
  leave: 'SET autocommit = 1',
}

/** Ended by the server where its client falls silent. MySQL has no such time for transactions alone, so it is the connection's for a while. */
function bounded({ begin, leave, ...edges }: TransactionEdges): TransactionEdges {
  const restored = 'SESSION wait_timeout = @sessions_idle'
  return {
    ...edges,
    begin: [`SET @sessions_idle = @@SESSION.wait_timeout, SESSION wait_timeout = ${idleSeconds}`, ...begin],
    leave: leave === undefined ? `SET ${restored}` : `${leave}, ${restored}`,
  }
}

/**
 * Waits for a lock for a second, the least that there is, and keeps no gaps between rows from others: what is not there yet is not
 * waited for.
 */
function impatient({ begin, leave, ...edges }: TransactionEdges): TransactionEdges {
  const restored = 'SESSION innodb_lock_wait_timeout = @sessions_patience'
  return {
    ...edges,
    begin: [
      'SET @sessions_patience = @@SESSION.innodb_lock_wait_timeout, SESSION innodb_lock_wait_timeout = 1',
      'SET TRANSACTION ISOLATION LEVEL READ COMMITTED',
      ...begin,
    ],
    leave: leave === undefined ? `SET ${restored}` : `${leave}, ${restored}`,
  }
}

/** MySQL 8.0.17 and later, MariaDB 10.5 and later, through the driver mysql2. Columns are `DATETIME(3)` and hold UTC. */
export const mysql: Dialect = {
  placeholders: 'positional',
  quote: (name) => `\`${name.replaceAll('`', '``')}\``,
  grammar,
  transaction: (_, { galera }, purpose) => {
    const edges = galera ? watched : { begin: ['START TRANSACTION'] }
    if (purpose === 'group') return impatient(edges)
    return purpose === 'lease' ? bounded(edges) : edges
  },
  migrations: (tables, server) => migrations(tables, server).map(steps),
  // DDL commits by itself here, so the lock is the connection's, and each step may be repeated.
  migrate: async (connection, pending) => {
    const { rows } = await connection.execute(
      `SELECT 1 AS got FROM (SELECT 1) AS one WHERE GET_LOCK('${schemaLock}', 0) = 1`,
    )
    if (rows.length === 0) throw new Collision()
    try {
      await connection.execute(
        `SET @sessions_wait = @@SESSION.lock_wait_timeout, SESSION lock_wait_timeout = ${tableLockSeconds}`,
      )
      for (const { text } of pending) await connection.execute(text)
    } finally {
      await connection.execute('SET SESSION lock_wait_timeout = @sessions_wait')
      await connection.execute(`SELECT RELEASE_LOCK('${schemaLock}')`)
    }
  },
  // In whole seconds there.
  patience: (lockTimeoutMs) => {
    const seconds = Math.ceil(lockTimeoutMs / 1000)
    return `SET SESSION innodb_lock_wait_timeout = ${seconds}, SESSION lock_wait_timeout = ${seconds}`
  },
  inspect: async (connection) => {
    const { rows } = await connection.execute("SHOW VARIABLES WHERE Variable_name IN ('version', 'wsrep_on')")
    const variables = new Map(rows.map((row) => [String(row.Variable_name), String(row.Value)]))
    return { mariadb: /mariadb/i.test(variables.get('version') ?? ''), galera: variables.get('wsrep_on') === 'ON' }
  },
  settle: async (connection, server) => {
    // A node of a Galera cluster may lag behind what another one acknowledged; bit 1 makes reads wait until it does not
    // (https://mariadb.com/docs/galera-cluster/reference/galera-cluster-system-variables#wsrep_sync_wait).
    if (server.galera) await connection.execute('SET SESSION wsrep_sync_wait = @@wsrep_sync_wait | 1')
    return settleMySQL(connection, server)
  },
  connect: connectMySQL2,
}

/** The same servers through the driver mariadb. */
export const mariadb: Dialect = { ...mysql, connect: connectMariaDB }

function grammar(tables: Tables): Grammar {
  const { sessions, messages, operations, metadata, leases, indexes } = tables
  const cast = (text: string): string => `CAST(${text} AS DATETIME(3))`
  const ms = (timestamp: string): string => `TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ${timestamp}) DIV 1000`
  /** Two ranges of the index again. */
  const reaching = (side: string, message: string, session: string): string => {
    const id = `CAST(${message} AS SIGNED)`
    const time = `(SELECT place.created_at FROM ${messages} AS place WHERE place.id = ${id} AND place.session_id = ${session})`
    return `(created_at ${side} ${time} OR (created_at = ${time} AND id ${side}= ${id}))`
  }
  return {
    now,
    ms,
    exact: (timestamp) => `CAST(${timestamp} AS CHAR)`,
    roundedUp: (timestamp) => timestamp,
    timestamp: cast,
    text: (expression) => `CAST(${expression} AS CHAR)`,
    wrongSettings,
    messageId: (parameter) => `CAST(${parameter} AS SIGNED)`,
    oldestFirst: 'created_at, id',
    newestFirst: 'created_at DESC, id DESC',
    // With an equality, MariaDB looks up the session and then passes through all of it up to the place, instead of beginning there.
    placed: {
      ofSession: (session) => `session_id >= ${session} AND session_id <= ${session}`,
      oldestFirst: 'session_id, created_at, id',
      newestFirst: 'session_id DESC, created_at DESC, id DESC',
    },
    // Two ranges of the index, which a comparison of rows would not be.
    onwards: `(created_at > ${cast(':at')} OR (created_at = ${cast(':at')} AND id >= CAST(:from AS SIGNED)))`,
    startingAt: (message, session) => reaching('>', message, session),
    endingAt: (message, session) => reaching('<', message, session),
    messageTime: (at) => at,

    expired: `COALESCE(expires_at <= ${now}, FALSE)`,
    expiredPage: `SELECT session_id, CAST(expires_at AS CHAR) AS ended_at FROM ${sessions}
      WHERE expires_at <= ${now} AND expires_at >= CAST(:at AS DATETIME(6))
        AND (expires_at > CAST(:at AS DATETIME(6)) OR session_id > :after)
      ORDER BY expires_at, session_id LIMIT :limit`,
    expiresMs: ms('expires_at'),
    ttlMs: 'ttl_ms',
    metadata: 'metadata',

    unlessThere: (key) => `ON DUPLICATE KEY UPDATE ${key} = ${key}`,
    byKey,
    forUpdate: 'FOR UPDATE',
    touches: ', ttl_ms = :ttl, metadata = :metadata',
    touchAlive: touchAlive(tables, now, ms),
    // Explicitly, since `foreign_key_checks = 0` does away with cascades.
    erase: (which) => [
      ...[messages, operations, metadata].map((table) => `DELETE FROM ${table} WHERE ${which}`),
      `DELETE kept FROM ${sessions} AS kept ${byKey} WHERE ${which}`,
    ],
    eraseSome: (ids) => {
      // Without a collation of its own: the column's must be the one that compares.
      const chosen = ids.map((id) => `SELECT ${id} AS id`).join(' UNION ALL ')
      const places = [
        [messages, indexes.messageOrder],
        [operations, 'PRIMARY'],
        [metadata, indexes.metadataSession],
        [sessions, 'PRIMARY'],
      ]
      // MySQL finds the rows of `IN` among few by a scan all the same, and locks what is others'; a join it must make by the index.
      return places.map(([table, index]) => {
        return `DELETE kept FROM (${chosen}) AS chosen STRAIGHT_JOIN ${table} AS kept FORCE INDEX (${index}) ON kept.session_id = chosen.id`
      })
    },
    // A DELETE with ORDER BY sorts the whole session, however few it removes: 100 ms among 100,000 messages.
    drop: `DELETE kept FROM (
        SELECT id FROM ${messages} WHERE session_id = :id ORDER BY created_at DESC, id DESC LIMIT :limit
      ) AS newest STRAIGHT_JOIN ${messages} AS kept ${byKey} ON kept.id = newest.id`,
    saveMetadata: `INSERT INTO ${metadata} (session_id, digest) VALUES (:id, :digest)`,
    isMetadata: (key) => `digest = :digest${key}`,
    joinInOrder: 'STRAIGHT_JOIN',
    listed: {
      time: 'updated_at',
      id: 'session_id',
      behind: `(updated_at < ${cast(':cursorAt')} OR (updated_at = ${cast(':cursorAt')} AND session_id < :cursorId))`,
    },
    pruneOperations: `DELETE FROM ${operations} WHERE session_id = :id AND forget_at <= ${now} ORDER BY forget_at LIMIT 2`,
    purgeOperations: `DELETE FROM ${operations} WHERE forget_at <= ${now} ORDER BY forget_at LIMIT :limit`,
    appendTogether: ({ operation }) => (operation ? undefined : appendTogether(tables, now, ms)),
    // Written, and with another value: of a row that is only locked, the other nodes of a Galera cluster know nothing.
    fence: `UPDATE ${leases} SET writes = writes + 1
      WHERE session_id = :id AND token = :lease AND until_ms > ${ms(now)}`,
  }
}

/** Python's tables do not compile on these servers: an id needs a length, and 64 KiB of `TEXT` cut items off. */
function migrations({ sessions, messages, operations, metadata, leases, indexes }: Tables, server: Server): string[][] {
  // Compares code points and keeps trailing spaces apart, which `utf8mb4_bin` does not.
  const collation = server.mariadb ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin'
  const options = `ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET = utf8mb4 COLLATE = ${collation}`
  const ofSession = `FOREIGN KEY (session_id) REFERENCES ${sessions} (session_id) ON DELETE CASCADE`
  return [
    [
      `CREATE TABLE IF NOT EXISTS ${sessions} (
  session_id VARCHAR(255) NOT NULL PRIMARY KEY,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  ttl_ms BIGINT,
  expires_at DATETIME(6) GENERATED ALWAYS AS (updated_at + INTERVAL (ttl_ms * 1000) MICROSECOND) STORED,
  metadata LONGTEXT,
  INDEX ${indexes.updated} (updated_at, session_id),
  INDEX ${indexes.expires} (expires_at)
) ${options}`,
      `CREATE TABLE IF NOT EXISTS ${messages} (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  session_id VARCHAR(255) NOT NULL,
  message_data LONGTEXT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  INDEX ${indexes.messageOrder} (session_id, created_at, id),
  ${ofSession}
) ${options}`,
      `CREATE TABLE IF NOT EXISTS ${operations} (
  session_id VARCHAR(255) NOT NULL,
  operation_id VARCHAR(255) NOT NULL,
  fingerprint VARCHAR(255) NOT NULL,
  forget_at DATETIME(3),
  PRIMARY KEY (session_id, operation_id),
  INDEX ${indexes.forgetOperation} (session_id, forget_at),
  INDEX ${indexes.forgetAt} (forget_at),
  ${ofSession}
) ${options}`,
      `CREATE TABLE IF NOT EXISTS ${metadata} (
  digest CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  session_id VARCHAR(255) NOT NULL,
  PRIMARY KEY (digest, session_id),
  INDEX ${indexes.metadataSession} (session_id),
  ${ofSession}
) ${options}`,
    ],
    [
      `CREATE TABLE IF NOT EXISTS ${leases} (
  session_id VARCHAR(255) NOT NULL PRIMARY KEY,
  version VARCHAR(255) NOT NULL,
  token VARCHAR(255),
  until_ms BIGINT NOT NULL,
  waiting LONGTEXT NOT NULL,
  writes BIGINT NOT NULL DEFAULT 0
) ${options}`,
    ],
  ]
}
