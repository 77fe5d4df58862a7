import { connectSQLite3 } from '../drivers/sqlite3.ts'
import type { Tables } from '../tables.ts'
import type { Dialect, Grammar } from './dialect.ts'
import { steps } from './step.ts'

const now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
const ms = (timestamp: string): string => `CAST(round(unixepoch(${timestamp}, 'subsec') * 1000) AS INTEGER)`

/** Milliseconds for which SQLite itself waits for a lock, on a thread of its own. */
const blockingWaitMs = 1_000

/** SQLite 3.42 and later, through the driver sqlite3. Its tables are those of `@sessions/sqlite`, so that both may use one file. */
export const sqlite: Dialect = {
  placeholders: 'numbered',
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  grammar,
  transaction: () => ({ begin: ['BEGIN IMMEDIATE'] }),
  migrations: (tables) => migrations(tables).map(steps),
  migrate: async (connection, pending) => {
    await connection.execute('BEGIN IMMEDIATE')
    for (const { text } of pending) await connection.execute(text)
    await connection.execute('COMMIT')
  },
  settle: async (connection) => {
    await connection.execute(`PRAGMA busy_timeout = ${blockingWaitMs}`)
    return undefined
  },
  hasNumbersForTimes: async (connection, table) => {
    const numbers = `SELECT 1 AS found FROM ${table} WHERE typeof(created_at) IN ('integer', 'real') LIMIT 1`
    return (await connection.execute(numbers)).rows.length > 0
  },
  hasBranches: async (connection, messages) => {
    const owners = `SELECT 1 AS found FROM pragma_foreign_key_list('message_structure') WHERE "from" = 'message_id'
      AND '"' || replace("table", '"', '""') || '"' = '${messages.replaceAll("'", "''")}' COLLATE NOCASE`
    return (await connection.execute(owners)).rows.length > 0
  },
  connect: connectSQLite3,
}

function grammar({ sessions, messages, operations, metadata, ttls, leases }: Tables): Grammar {
  // Python leaves `updated_at` in whole seconds, somewhere in the second that it names.
  const endsAt = `(
    SELECT max(not_before_ms, ${ms('updated_at')} + CASE WHEN length(updated_at) = 19 THEN 999 ELSE 0 END + ttl_ms)
    FROM ${ttls} WHERE ${ttls}.session_id = ${sessions}.session_id)`
  const expired = `ifnull(${endsAt} <= ${ms(now)}, 0)`
  const ours = [operations, metadata, ttls]
  const place = (message: string, session: string): string => `(SELECT place.id FROM ${messages} AS place
    WHERE place.id = CAST(${message} AS INTEGER) AND place.session_id = ${session})`
  return {
    now,
    ms,
    exact: (timestamp) => timestamp,
    roundedUp: (timestamp) => timestamp,
    timestamp: (text) => text,
    bound: (text) => `replace(${text}, '.000', '')`,
    text: (expression) => `CAST(${expression} AS TEXT)`,
    messageId: (parameter) => `CAST(${parameter} AS INTEGER)`,
    oldestFirst: 'id',
    newestFirst: 'id DESC',
    onwards: 'id >= CAST(:from AS INTEGER)',
    startingAt: (message, session) => `id >= ${place(message, session)}`,
    endingAt: (message, session) => `id <= ${place(message, session)}`,
    messageTime: (at) => `substr(${at}, 1, 19)`,

    expired,
    expiredPage: `SELECT session_id, CAST(not_before_ms AS TEXT) AS ended_at FROM ${ttls}
      WHERE not_before_ms <= ${ms(now)} AND (not_before_ms, session_id) > (CAST(:at AS INTEGER), :after)
        AND session_id IN (SELECT session_id FROM ${sessions} WHERE ${expired})
      ORDER BY not_before_ms, session_id LIMIT :limit`,
    expiresMs: endsAt,
    ttlMs: `(SELECT ttl_ms FROM ${ttls} WHERE ${ttls}.session_id = ${sessions}.session_id)`,
    metadata: `(SELECT '{' || group_concat(key || ':' || value) || '}'
      FROM ${metadata} WHERE ${metadata}.session_id = ${sessions}.session_id)`,

    unlessThere: (key) => `ON CONFLICT (${key}) DO NOTHING`,
    forUpdate: '',
    touches: '',
    saveTTL: `INSERT INTO ${ttls} (session_id, ttl_ms, not_before_ms) VALUES (:id, :ttl, :endsMs)
      ON CONFLICT (session_id) DO UPDATE SET ttl_ms = excluded.ttl_ms, not_before_ms = excluded.not_before_ms`,
    // Python does not know of these tables, and leaves their rows behind when it clears a session.
    beforeCreate: ours.map((table) => {
      return `DELETE FROM ${table} WHERE session_id = :id AND NOT EXISTS (SELECT 1 FROM ${sessions} WHERE session_id = :id)`
    }),
    erase: (which) => [messages, ...ours, sessions].map((table) => `DELETE FROM ${table} WHERE ${which}`),
    drop: `DELETE FROM ${messages} WHERE id IN (
      SELECT id FROM ${messages} WHERE session_id = :id ORDER BY id DESC LIMIT :limit)`,
    saveMetadata: `INSERT INTO ${metadata} (session_id, key, value) VALUES (:id, :key, :value)`,
    isMetadata: (key) => `key = :key${key} AND value = :value${key}`,
    joinInOrder: 'CROSS JOIN',
    listed: { time: 'updated_at', id: 'session_id', behind: '(updated_at, session_id) < (:cursorAt, :cursorId)' },
    // Whosever they are: there is one writer at a time.
    pruneOperations: `DELETE FROM ${operations} WHERE (session_id, operation_id) IN (
      SELECT session_id, operation_id FROM ${operations} WHERE forget_at <= ${now} LIMIT 2)`,
    purgeOperations: `DELETE FROM ${operations} WHERE (session_id, operation_id) IN (
      SELECT session_id, operation_id FROM ${operations} WHERE forget_at <= ${now} LIMIT :limit)`,
    // There is one writer at a time, and it is the one that asks.
    fence: `SELECT 1 AS held FROM ${leases} WHERE session_id = :id AND token = :lease AND until_ms > ${ms(now)}`,
  }
}

/** The first three statements are Python's (`SQLiteSession` 0.22.0). */
function migrations({ sessions, messages, operations, metadata, ttls, leases, indexes }: Tables): string[][] {
  return [
    [
      `CREATE TABLE IF NOT EXISTS ${sessions} (
  session_id TEXT PRIMARY KEY,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
)`,
      `CREATE TABLE IF NOT EXISTS ${messages} (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL,
  message_data TEXT NOT NULL,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (session_id) REFERENCES ${sessions} (session_id) ON DELETE CASCADE
)`,
      `CREATE INDEX IF NOT EXISTS ${indexes.messageId} ON ${messages} (session_id, id)`,
      `CREATE INDEX IF NOT EXISTS ${indexes.updated} ON ${sessions} (updated_at, session_id)`,
      `CREATE TABLE IF NOT EXISTS ${ttls} (
  session_id TEXT PRIMARY KEY,
  ttl_ms INTEGER NOT NULL,
  not_before_ms INTEGER NOT NULL
) WITHOUT ROWID`,
      `CREATE TABLE IF NOT EXISTS ${metadata} (
  session_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (session_id, key)
) WITHOUT ROWID`,
      `CREATE INDEX IF NOT EXISTS ${indexes.metadataValue} ON ${metadata} (key, value)`,
      `CREATE TABLE IF NOT EXISTS ${operations} (
  session_id TEXT NOT NULL,
  operation_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  forget_at TIMESTAMP,
  PRIMARY KEY (session_id, operation_id)
) WITHOUT ROWID`,
    ],
    [
      // Until then, ids of transactions were kept as long as their session.
      `UPDATE ${operations} SET forget_at = strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 day') WHERE forget_at IS NULL`,
      `CREATE INDEX IF NOT EXISTS ${indexes.forgetAt} ON ${operations} (forget_at)`,
    ],
    [
      `CREATE TABLE IF NOT EXISTS ${leases} (
  session_id TEXT PRIMARY KEY,
  version TEXT NOT NULL,
  token TEXT,
  until_ms INTEGER NOT NULL,
  waiting TEXT NOT NULL
) WITHOUT ROWID`,
    ],
    [`CREATE INDEX IF NOT EXISTS ${indexes.notBefore} ON ${ttls} (not_before_ms, session_id)`],
  ]
}
