import { connectPg } from '../drivers/pg.ts'
import { bind, compile } from '../statement.ts'
import type { Tables } from '../tables.ts'
import type { Dialect, Grammar } from './dialect.ts'
import { hasColumns, isBuilt, migratePostgres } from './postgres-migration.ts'
import type { Step } from './step.ts'

const now = "date_trunc('milliseconds', timezone('UTC', clock_timestamp()))"

/** No column: to add one that is computed, Postgres would write a table of Python's anew. */
const expiresAt = "(updated_at + ttl_ms * INTERVAL '1 millisecond')"

/** As `updatedAt` tells it: Python's times are finer. And ids by their bytes, whatever the collation of the database. */
const [listedTime, listedId] = ["date_trunc('milliseconds', updated_at)", 'session_id COLLATE "C"']

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
  migrate: migratePostgres,
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
    onwards: '(created_at, id) >= (:at::timestamp, :from::bigint)',
    messageTime: ':at::timestamp',

    expired: `coalesce(${expiresAt} <= ${now}, false)`,
    // A limit that the planner cannot see makes it keep one plan, where a parameter makes it plan each time.
    limitUnless: (condition, limit = 'NULL') => `LIMIT CASE WHEN ${condition} THEN 0 ELSE ${limit}::bigint END`,
    expiredPage: `SELECT session_id, to_char(${expiresAt}, 'YYYY-MM-DD HH24:MI:SS.US') AS ended_at FROM ${sessions}
      WHERE ttl_ms IS NOT NULL AND ${expiresAt} <= ${now} AND ${expiresAt} >= :at::timestamp
        AND (${expiresAt} > :at::timestamp OR session_id > :after)
      ORDER BY ${expiresAt}, session_id LIMIT :limit`,
    expiresMs: ms(expiresAt),
    ttlMs: 'ttl_ms',
    metadata: 'metadata',

    unlessThere: (key) => `ON CONFLICT (${key}) DO NOTHING`,
    forUpdate: 'FOR UPDATE',
    touches: ', ttl_ms = :ttl::bigint, metadata = :metadata::text',
    // Explicitly, since `session_replication_role` and disabled triggers do away with cascades.
    erase: (which) => [messages, operations, metadata, sessions].map((table) => `DELETE FROM ${table} WHERE ${which}`),
    drop: `DELETE FROM ${messages} WHERE id = ANY (:ids::bigint[])`,
    saveMetadata: `INSERT INTO ${metadata} (session_id, digest) VALUES (:id, :digest)`,
    isMetadata: (key) => `digest = :digest${key}`,
    joinInOrder: 'JOIN',
    listed: {
      time: listedTime,
      id: listedId,
      behind: `(${listedTime}, ${listedId}) < (:cursorAt::timestamp, :cursorId)`,
    },
    startsWith: "session_id LIKE :pattern ESCAPE '!'",
    pruneOperations: pruneOperations(operations, ':id'),
    purgeOperations: `DELETE FROM ${operations} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${operations} WHERE forget_at <= ${now} ORDER BY forget_at LIMIT :limit))`,
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
      ${pruneOperations(operations, ':id::varchar')}
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
      WHERE coalesce(kept.updated_at + kept.ttl_ms * INTERVAL '1 millisecond' > ${now}, true)
      RETURNING session_id, updated_at
    )${withOperation ? saved : ''}
    INSERT INTO ${messages} (session_id, message_data, created_at)
    SELECT session.session_id, item.record, session.updated_at
    FROM session CROSS JOIN unnest(:records::text[]) WITH ORDINALITY AS item (record, position)
    ORDER BY item.position`
}

/** By their places, which are looked up in the order of the index, whatever a planner believes. */
function pruneOperations(operations: string, id: string): string {
  return `DELETE FROM ${operations} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ${operations} WHERE session_id = ${id} AND forget_at <= ${now} ORDER BY forget_at LIMIT 2))`
}

/** The first two statements and the first index are Python's (`SQLAlchemySession` 0.22.0), but for ids that do not end at 2^31. */
function migrations(tables: Tables): Step[][] {
  const { sessions, messages, operations, metadata, indexes } = tables
  const at = tables.schema === undefined ? '' : `${postgres.quote(tables.schema)}.`
  const index = (name: string, table: string, columns: string): Step => ({
    text: `CREATE INDEX IF NOT EXISTS ${name} ON ${table} ${columns}`,
    done: isBuilt(at + name),
    index: { name: at + name, table },
  })
  return [
    [
      {
        text: `CREATE TABLE IF NOT EXISTS ${sessions} (
  session_id VARCHAR NOT NULL PRIMARY KEY,
  created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updated_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL
)`,
      },
      {
        text: `CREATE TABLE IF NOT EXISTS ${messages} (
  id BIGSERIAL PRIMARY KEY,
  session_id VARCHAR NOT NULL REFERENCES ${sessions} (session_id) ON DELETE CASCADE,
  message_data TEXT NOT NULL,
  created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL
)`,
      },
      {
        text: `ALTER TABLE ${sessions}
  ADD COLUMN IF NOT EXISTS ttl_ms BIGINT,
  ADD COLUMN IF NOT EXISTS metadata TEXT`,
        done: hasColumns(sessions, ['ttl_ms', 'metadata']),
      },
      {
        text: `CREATE TABLE IF NOT EXISTS ${operations} (
  session_id VARCHAR NOT NULL REFERENCES ${sessions} (session_id) ON DELETE CASCADE,
  operation_id VARCHAR NOT NULL,
  fingerprint VARCHAR NOT NULL,
  forget_at TIMESTAMP WITHOUT TIME ZONE,
  PRIMARY KEY (session_id, operation_id)
)`,
      },
      {
        text: `CREATE TABLE IF NOT EXISTS ${metadata} (
  digest CHAR(64) NOT NULL,
  session_id VARCHAR NOT NULL REFERENCES ${sessions} (session_id) ON DELETE CASCADE,
  PRIMARY KEY (digest, session_id)
)`,
      },
      index(indexes.messageTime, messages, '(session_id, created_at)'),
      index(indexes.messageOrder, messages, '(session_id, created_at, id)'),
      index(indexes.updated, sessions, `((${listedTime}), (${listedId}))`),
      index(indexes.expires, sessions, `(${expiresAt}, session_id) WHERE ttl_ms IS NOT NULL`),
      index(indexes.sessionId, sessions, '(session_id text_pattern_ops)'),
      index(indexes.forgetOperation, operations, '(session_id, forget_at)'),
      index(indexes.forgetAt, operations, '(forget_at)'),
      index(indexes.metadataSession, metadata, '(session_id)'),
    ],
  ]
}
