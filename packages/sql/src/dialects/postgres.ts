import { connectPg } from '../drivers/pg.ts'
import { bind, compile } from '../statement.ts'
import type { Tables } from '../tables.ts'
import type { Dialect, Grammar } from './dialect.ts'

const now = "date_trunc('milliseconds', timezone('UTC', clock_timestamp()))"

/** The key of the advisory lock under which tables are made: the first 8 bytes of SHA-256 of `@sessions/sql`, as a signed number. */
const schemaLock = '666065689257018112'

const schemaByName = compile('SELECT 1 AS found FROM pg_catalog.pg_namespace WHERE nspname = :schema', 'numbered')

/**
 * Postgres 13 and later.
 *
 * Columns are `TIMESTAMP WITHOUT TIME ZONE` as in Python's tables and hold UTC, whatever the zone of the connection.
 */
export const postgres: Dialect = {
  placeholders: 'numbered',
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  grammar,
  transaction: (lockTimeoutMs) => ({
    begin: [`BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = ${lockTimeoutMs}`],
  }),
  migrations,
  hasSchema: async (connection, schema) => {
    const { rows } = await connection.run(schemaByName, bind(schemaByName, { schema }))
    return rows.length > 0
  },
  exclusively: async (connection, work) => {
    await connection.execute('BEGIN')
    await connection.execute(`SELECT pg_advisory_xact_lock(${schemaLock})`)
    await work()
    await connection.execute('COMMIT')
  },
  // pg always sends and reads UTF-8, whatever the connection was told.
  settle: async (connection) => {
    await connection.execute("SET client_encoding TO 'UTF8'")
    return undefined
  },
  connect: connectPg,
}

function grammar(tables: Tables): Grammar {
  const { sessions, messages, operations, metadata } = tables
  const ms = (timestamp: string): string => `floor(extract(epoch FROM ${timestamp}) * 1000)::bigint`
  return {
    now,
    ms,
    exact: (timestamp) => `to_char(${timestamp}, 'YYYY-MM-DD HH24:MI:SS.US')`,
    timestamp: (text) => `${text}::timestamp`,
    text: (expression) => `(${expression})::text`,
    messageId: (parameter) => `${parameter}::bigint`,
    oldestFirst: 'created_at, id',
    newestFirst: 'created_at DESC, id DESC',
    onwards: 'created_at >= :at::timestamp AND (created_at > :at::timestamp OR id >= :from::bigint)',
    messageTime: ':at::timestamp',

    expired: `coalesce(expires_at <= ${now}, false)`,
    // A limit that the planner cannot see makes it keep one plan, where a parameter makes it plan each time.
    limitUnless: (condition, limit = 'NULL') => `LIMIT CASE WHEN ${condition} THEN 0 ELSE ${limit}::bigint END`,
    over: `expires_at <= ${now}`,
    expiresMs: ms('expires_at'),
    ttlMs: 'ttl_ms',
    metadata: 'metadata',

    unlessThere: (key) => `ON CONFLICT (${key}) DO NOTHING`,
    forUpdate: 'FOR UPDATE',
    touches: ', ttl_ms = :ttl::bigint, metadata = :metadata::text',
    // Explicitly, since `session_replication_role` and disabled triggers do away with cascades.
    erase: (which) => [messages, operations, metadata, sessions].map((table) => `DELETE FROM ${table} WHERE ${which}`),
    drop: `DELETE FROM ${messages} WHERE id = ANY (:ids::bigint[])`,
    saveMetadata: `INSERT INTO ${metadata} (session_id, digest) VALUES (:id, :digest)`,
    hasMetadata: (keys) => `digest IN (${Array.from({ length: keys }, (_, key) => `:digest${key}`).join(', ')})`,
    appendAtOnce: (withOperation) => appendAtOnce(tables, withOperation),
  }
}

/**
 * Locks the session by changing it, then appends: `clock_timestamp()` is read once the lock is had, and the ids are drawn
 * after it, so that both agree with the order of commits. Appends nothing where the ttl has ended.
 */
function appendAtOnce({ sessions, messages, operations }: Tables, withOperation: boolean): string {
  const unlessDone = `AND NOT EXISTS (
    SELECT 1 FROM ${operations} WHERE session_id = :id::varchar AND operation_id = :operation::varchar)`
  const saved = `, pruned AS (
      DELETE FROM ${operations} WHERE session_id = :id::varchar AND forget_at <= ${now}
    ), saved AS (
      INSERT INTO ${operations} (session_id, operation_id, fingerprint, forget_at)
      SELECT session_id, :operation::varchar, :fingerprint::varchar, updated_at + :operationMs::bigint * interval '1 millisecond' FROM session
    )`
  return `WITH session AS (
      INSERT INTO ${sessions} AS kept (session_id, created_at, updated_at, ttl_ms)
      SELECT :id::varchar, setting.now, setting.now, :ttl::bigint
      FROM (SELECT ${now} AS now, set_config('lock_timeout', :lockTimeout, true) AS lock_timeout) AS setting
      WHERE setting.lock_timeout IS NOT NULL ${withOperation ? unlessDone : ''}
      ON CONFLICT (session_id) DO UPDATE
      SET updated_at = greatest(${now}, date_trunc('milliseconds', kept.updated_at) + interval '1 millisecond'),
        ttl_ms = coalesce(excluded.ttl_ms, kept.ttl_ms)
      WHERE coalesce(kept.expires_at > ${now}, true)
      RETURNING session_id, updated_at
    )${withOperation ? saved : ''}
    INSERT INTO ${messages} (session_id, message_data, created_at)
    SELECT session.session_id, item.record, session.updated_at
    FROM session CROSS JOIN unnest(:records::text[]) WITH ORDINALITY AS item (record, position)
    ORDER BY item.position`
}

/** The first three statements are Python's (`SQLAlchemySession` 0.22.0), but for ids that do not end at 2^31. */
function migrations({ sessions, messages, operations, metadata, indexes }: Tables): string[][] {
  return [
    [
      `CREATE TABLE IF NOT EXISTS ${sessions} (
  session_id VARCHAR NOT NULL PRIMARY KEY,
  created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updated_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL
)`,
      `CREATE TABLE IF NOT EXISTS ${messages} (
  id BIGSERIAL PRIMARY KEY,
  session_id VARCHAR NOT NULL REFERENCES ${sessions} (session_id) ON DELETE CASCADE,
  message_data TEXT NOT NULL,
  created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL
)`,
      `CREATE INDEX IF NOT EXISTS ${indexes.messageTime} ON ${messages} (session_id, created_at)`,
      `CREATE INDEX IF NOT EXISTS ${indexes.messageOrder} ON ${messages} (session_id, created_at, id)`,
      `ALTER TABLE ${sessions}
  ADD COLUMN IF NOT EXISTS ttl_ms BIGINT,
  ADD COLUMN IF NOT EXISTS expires_at TIMESTAMP WITHOUT TIME ZONE
    GENERATED ALWAYS AS (updated_at + ttl_ms * INTERVAL '1 millisecond') STORED,
  ADD COLUMN IF NOT EXISTS metadata TEXT`,
      `CREATE INDEX IF NOT EXISTS ${indexes.updated} ON ${sessions} (updated_at, session_id)`,
      `CREATE INDEX IF NOT EXISTS ${indexes.expires} ON ${sessions} (expires_at) WHERE expires_at IS NOT NULL`,
      `CREATE INDEX IF NOT EXISTS ${indexes.sessionId} ON ${sessions} (session_id text_pattern_ops)`,
      `CREATE TABLE IF NOT EXISTS ${operations} (
  session_id VARCHAR NOT NULL REFERENCES ${sessions} (session_id) ON DELETE CASCADE,
  operation_id VARCHAR NOT NULL,
  fingerprint VARCHAR NOT NULL,
  forget_at TIMESTAMP WITHOUT TIME ZONE,
  PRIMARY KEY (session_id, operation_id)
)`,
      `CREATE TABLE IF NOT EXISTS ${metadata} (
  digest CHAR(64) NOT NULL,
  session_id VARCHAR NOT NULL REFERENCES ${sessions} (session_id) ON DELETE CASCADE,
  PRIMARY KEY (digest, session_id)
)`,
      `CREATE INDEX IF NOT EXISTS ${indexes.metadataSession} ON ${metadata} (session_id)`,
    ],
  ]
}
