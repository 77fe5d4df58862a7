import type { SQLiteDatabase, SQLiteStatement } from './database.ts'

/** Milliseconds since the epoch of the last write, which Python leaves in whole seconds. */
const updatedMs = "CAST(round(unixepoch(updated_at, 'subsec') * 1000) AS INTEGER)"

/** The session is not over at `:now`; true also where there is none. */
const alive = `NOT EXISTS (
  SELECT 1 FROM agent_sessions WHERE session_id = :id AND ttl_ms IS NOT NULL AND ${updatedMs} + ttl_ms <= :now)`

const listed = `
  SELECT session_id FROM agent_sessions
  WHERE updated_at < :before AND updated_at > :after
    AND substr(session_id, 1, length(:prefix)) = :prefix
    AND (ttl_ms IS NULL OR ${updatedMs} + ttl_ms > :now)`

/** Keys and values are JSON texts, so that `1`, `"1"` and `true` differ and any character survives. */
const metadata = `(
  SELECT '{' || group_concat(key || ':' || value) || '}'
  FROM agent_session_metadata WHERE session_id = :id)`

export type StatementName =
  | 'session'
  | 'saveSession'
  | 'deleteSession'
  | 'append'
  | 'all'
  | 'newest'
  | 'page'
  | 'tail'
  | 'drop'
  | 'deleteMessages'
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
  session: `SELECT created_at AS createdAt, updated_at AS updatedAt, ttl_ms AS ttl
    FROM agent_sessions WHERE session_id = ?`,
  saveSession: `INSERT INTO agent_sessions (session_id, created_at, updated_at, ttl_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT (session_id) DO UPDATE
    SET updated_at = excluded.updated_at, ttl_ms = coalesce(excluded.ttl_ms, ttl_ms)`,
  deleteSession: 'DELETE FROM agent_sessions WHERE session_id = ?',

  append: 'INSERT INTO agent_messages (session_id, message_data, created_at) VALUES (?, ?, ?)',
  all: `SELECT message_data FROM agent_messages WHERE session_id = :id AND ${alive} ORDER BY id`,
  newest: `SELECT message_data FROM agent_messages WHERE session_id = :id AND ${alive} ORDER BY id DESC LIMIT :limit`,
  page: `SELECT id, message_data AS record FROM agent_messages
    WHERE session_id = :id AND id >= :from AND ${alive} ORDER BY id LIMIT :limit`,
  tail: 'SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT ?',
  drop: `DELETE FROM agent_messages WHERE id IN (
      SELECT id FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT ?)
    RETURNING id, message_data AS record`,
  deleteMessages: 'DELETE FROM agent_messages WHERE session_id = ?',

  operation: 'SELECT fingerprint FROM agent_session_operations WHERE session_id = ? AND operation_id = ?',
  saveOperation: 'INSERT INTO agent_session_operations (session_id, operation_id, fingerprint) VALUES (?, ?, ?)',
  deleteOperations: 'DELETE FROM agent_session_operations WHERE session_id = ?',

  saveMetadata: `INSERT INTO agent_session_metadata (session_id, key, value) VALUES (?, ?, ?)
    ON CONFLICT (session_id, key) DO UPDATE SET value = excluded.value`,
  deleteMetadataKey: 'DELETE FROM agent_session_metadata WHERE session_id = ? AND key = ?',
  deleteMetadata: 'DELETE FROM agent_session_metadata WHERE session_id = ?',

  info: `SELECT session_id AS sessionId, created_at AS createdAt, updated_at AS updatedAt, ttl_ms AS ttl,
      (SELECT count(*) FROM agent_messages WHERE session_id = :id) AS itemCount, ${metadata} AS metadata
    FROM agent_sessions WHERE session_id = :id AND ${alive}`,
  list: `${listed} ORDER BY updated_at DESC, session_id DESC LIMIT :limit`,
  listByMetadata: `${listed} AND session_id IN (
      SELECT kept.session_id FROM json_each(:metadata) AS wanted
      CROSS JOIN agent_session_metadata AS kept
        ON kept.key = json_extract(wanted.value, '$[0]') AND kept.value = json_extract(wanted.value, '$[1]')
      GROUP BY kept.session_id HAVING count(*) = json_array_length(:metadata))
    ORDER BY updated_at DESC, session_id DESC LIMIT :limit`,
  expired: `SELECT session_id FROM agent_sessions
    WHERE ttl_ms IS NOT NULL AND ${updatedMs} + ttl_ms <= ? ORDER BY updated_at LIMIT ?`,
}

/** Statements that give one column, so that rows are plain values. */
const plucked = new Set<StatementName>(['all', 'newest', 'tail', 'operation', 'list', 'listByMetadata', 'expired'])

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
