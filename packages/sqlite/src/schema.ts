import { SessionError } from '@sessions/core'
import type { SQLiteDatabase } from './database.ts'

/**
 * One step a version, oldest first. The first two tables and the index are those of `SQLiteSession` in the OpenAI Agents
 * SDK for Python 0.22.0, to the letter. `not_before_ms` is when a session ends if nobody but us writes it; Python's writes
 * move `updated_at`, and with it the end, further. `forget_at` is for the SQLite dialect of `@sessions/sql`, whose tables
 * these are too.
 */
const migrations: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS agent_sessions (
     session_id TEXT PRIMARY KEY,
     created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
     updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
   );
   CREATE TABLE IF NOT EXISTS agent_messages (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     session_id TEXT NOT NULL,
     message_data TEXT NOT NULL,
     created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
     FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE
   );
   CREATE INDEX IF NOT EXISTS idx_agent_messages_session_id ON agent_messages (session_id, id);

   CREATE INDEX idx_agent_sessions_updated_at ON agent_sessions (updated_at, session_id);
   CREATE TABLE agent_sessions_ttls (
     session_id TEXT PRIMARY KEY,
     ttl_ms INTEGER NOT NULL,
     not_before_ms INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE agent_sessions_metadata (
     session_id TEXT NOT NULL,
     key TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (session_id, key)
   ) WITHOUT ROWID;
   CREATE INDEX idx_agent_sessions_metadata_value ON agent_sessions_metadata (key, value);
   CREATE TABLE agent_sessions_operations (
     session_id TEXT NOT NULL,
     operation_id TEXT NOT NULL,
     fingerprint TEXT NOT NULL,
     forget_at TIMESTAMP,
     PRIMARY KEY (session_id, operation_id)
   ) WITHOUT ROWID;`,
]

/**
 * Brings the tables to the version that this code knows, step by step under one write lock, so that any number of
 * processes may start at once. @throws SESSION_SCHEMA_UNSUPPORTED for a newer one, which is left as it is
 */
export function migrate(database: SQLiteDatabase): void {
  if (versionOf(database) === migrations.length) return
  if (database.inTransaction) {
    const message = 'The tables cannot be made inside a transaction of yours: use the store once before it begins.'
    throw new SessionError('SESSION_BACKEND', message, { retryable: true })
  }
  database
    .transaction((_: undefined) => {
      const version = versionOf(database)
      if (version > migrations.length) throw tooNew(version)
      for (const step of migrations.slice(version)) database.exec(step)
      if (version === migrations.length) return
      database.exec('CREATE TABLE IF NOT EXISTS agent_sessions_schema (version INTEGER NOT NULL PRIMARY KEY)')
      database.exec('DELETE FROM agent_sessions_schema')
      database.prepare('INSERT INTO agent_sessions_schema (version) VALUES (?)').run(migrations.length)
    })
    .immediate(undefined)
}

/** 0 for a database without our tables, Python's included. */
function versionOf(database: SQLiteDatabase): number {
  const exists = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'agent_sessions_schema'").pluck().get()
  if (exists === undefined) return 0
  return Number(database.prepare('SELECT max(version) FROM agent_sessions_schema').pluck().get() ?? 0)
}

function tooNew(version: number): SessionError {
  return new SessionError(
    'SESSION_SCHEMA_UNSUPPORTED',
    `The tables have schema version ${version}; this @sessions/sqlite knows versions up to ${migrations.length}. ` +
      'Upgrade the package. Nothing was changed.',
  )
}
