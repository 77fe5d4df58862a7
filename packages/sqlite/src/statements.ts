import type { SQLiteDatabase, SQLiteStatement } from './database.ts'

/**
 * A limit for reads, 0 where the session may be over at `:now`. It looks once into a table that is empty where nobody uses a
 * ttl; the exact test would cost as much as reading a dozen records.
 */
const limitIfAlive = 'ifnull((SELECT 0 FROM agent_sessions_ttls WHERE session_id = ? AND not_before_ms <= ?), ?)'

/**
 * When a session is over, in milliseconds; NULL for one without a ttl. Python leaves `updated_at` in whole seconds, somewhere
 * in the second that it names. A subquery, since a LEFT JOIN takes ten times as long here.
 */
const endsAt = `(
  SELECT max(not_before_ms, CAST(round(unixepoch(updated_at, 'subsec') * 1000) AS INTEGER)
    + CASE WHEN length(updated_at) = 19 THEN 999 ELSE 0 END + ttl_ms)
  FROM agent_sessions_ttls WHERE session_id = agent_sessions.session_id)`

const alive = `ifnull(${endsAt} > :now, 1)`

const listed = `
  SELECT session_id FROM agent_sessions
  WHERE updated_at < :before AND updated_at > :after
    AND substr(session_id, 1, length(:prefix)) = :prefix
    AND ${alive}`

/** Keys and values are JSON texts, so that `1`, `"1"` and `true` differ and any character survives. */
const metadata = `(
  SELECT '{' || group_concat(key || ':' || value) || '}'
  FROM agent_sessions_metadata WHERE session_id = :id)`

type StatementName =
  | 'session'
  | 'saveSession'
  | 'ttl'
  | 'saveTTL'
  | 'deleteTTL'
  | 'deleteSession'
  | 'append'
  | 'all'
  | 'newest'
  | 'page'
  | 'tail'
  | 'drop'
  | 'deleteMessages'
  | 'message'
  | 'replaceMessage'
  | 'deleteMessage'
  | 'operation'
  | 'saveOperation'
  | 'deleteOperations'
  | 'saveMetadata'
  | 'deleteMetadataKey'
  | 'deleteMetadata'
  | 'info'
  | 'list'
  | 'listByMetadata'
  | 'expired'

/** Every text sent to SQLite after the schema stands, one for each operation. */
const texts: Readonly<Record<StatementName, string>> = {
  session: `SELECT created_at AS createdAt, updated_at AS updatedAt, ${endsAt} AS endsAt
    FROM agent_sessions WHERE session_id = ?`,
  ttl: 'SELECT ttl_ms FROM agent_sessions_ttls WHERE session_id = ?',
  saveSession: `INSERT INTO agent_sessions (session_id, created_at, updated_at) VALUES (?, ?, ?)
    ON CONFLICT (session_id) DO UPDATE SET updated_at = excluded.updated_at`,
  saveTTL: `INSERT INTO agent_sessions_ttls (session_id, ttl_ms, not_before_ms) VALUES (?, ?, ?)
    ON CONFLICT (session_id) DO UPDATE SET ttl_ms = excluded.ttl_ms, not_before_ms = excluded.not_before_ms`,
  deleteTTL: 'DELETE FROM agent_sessions_ttls WHERE session_id = ?',
  deleteSession: 'DELETE FROM agent_sessions WHERE session_id = ?',

  append: 'INSERT INTO agent_messages (session_id, message_data, created_at) VALUES (?, ?, ?)',
  all: `SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id LIMIT ${limitIfAlive}`,
  newest: `SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT ${limitIfAlive}`,
  page: `SELECT id, message_data AS record FROM agent_messages
    WHERE session_id = ? AND id >= ? ORDER BY id LIMIT ${limitIfAlive}`,
  tail: 'SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT ?',
  drop: `DELETE FROM agent_messages WHERE id IN (
      SELECT id FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT ?)
    RETURNING id, message_data AS record`,
  message: 'SELECT message_data FROM agent_messages WHERE session_id = ? AND id = ?',
  replaceMessage: 'UPDATE agent_messages SET message_data = ? WHERE session_id = ? AND id = ?',
  deleteMessage: 'DELETE FROM agent_messages WHERE session_id = ? AND id = ?',
  deleteMessages: 'DELETE FROM agent_messages WHERE session_id = ?',

  operation: 'SELECT fingerprint FROM agent_sessions_operations WHERE session_id = ? AND operation_id = ?',
  saveOperation: 'INSERT INTO agent_sessions_operations (session_id, operation_id, fingerprint) VALUES (?, ?, ?)',
  deleteOperations: 'DELETE FROM agent_sessions_operations WHERE session_id = ?',

  saveMetadata: `INSERT INTO agent_sessions_metadata (session_id, key, value) VALUES (?, ?, ?)
    ON CONFLICT (session_id, key) DO UPDATE SET value = excluded.value`,
  deleteMetadataKey: 'DELETE FROM agent_sessions_metadata WHERE session_id = ? AND key = ?',
  deleteMetadata: 'DELETE FROM agent_sessions_metadata WHERE session_id = ?',

  info: `SELECT session_id AS sessionId, created_at AS createdAt, updated_at AS updatedAt, ${endsAt} AS endsAt,
      (SELECT count(*) FROM agent_messages WHERE session_id = :id) AS itemCount, ${metadata} AS metadata
    FROM agent_sessions WHERE session_id = :id AND ${alive}`,
  list: `${listed} ORDER BY updated_at DESC, session_id DESC LIMIT :limit`,
  listByMetadata: `${listed} AND session_id IN (
      SELECT kept.session_id FROM json_each(:metadata) AS wanted
      CROSS JOIN agent_sessions_metadata AS kept
        ON kept.key = json_extract(wanted.value, '$[0]') AND kept.value = json_extract(wanted.value, '$[1]')
      GROUP BY kept.session_id HAVING count(*) = json_array_length(:metadata))
    ORDER BY updated_at DESC, session_id DESC LIMIT :limit`,
  expired: `SELECT session_id FROM agent_sessions
    WHERE session_id IN (SELECT session_id FROM agent_sessions_ttls WHERE not_before_ms <= :now) AND NOT (${alive})
    LIMIT :limit`,
}

/** Statements that give one column, so that rows are plain values. */
const plucked = new Set<StatementName>([
  'all',
  'newest',
  'tail',
  'message',
  'operation',
  'ttl',
  'list',
  'listByMetadata',
  'expired',
])

/** The prepared statements of one connection, by operation. */
export type Statements = Readonly<Record<StatementName, SQLiteStatement>>

/** Prepared once a connection. Integers come as numbers, also where the caller's database is set to BigInt. */
export function prepareStatements(database: SQLiteDatabase): Statements {
  const names = Object.keys(texts) as StatementName[]
  return Object.fromEntries(names.map((name) => [name, prepare(database, name)])) as Statements
}

function prepare(database: SQLiteDatabase, name: StatementName): SQLiteStatement {
  const statement = database.prepare(texts[name])
  if (!statement.reader) return statement
  if (plucked.has(name)) statement.pluck()
  return statement.safeIntegers(false)
}
