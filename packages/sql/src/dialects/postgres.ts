import { connectPg, onPgEnd, onPgNotice } from '../drivers/pg.ts'
import { bind, compile } from '../statement.ts'
import type { Tables } from '../tables.ts'
import { type Dialect, type Grammar, idleSeconds } from './dialect.ts'
import { appendAtOnce, pruneOperations } from './postgres-append.ts'
import { appendTogether } from './postgres-group.ts'
import { fence, ms, now, stepLease } from './postgres-leases.ts'
import { hasColumns, isAbsent, isBuilt, migratePostgres } from './postgres-migration.ts'
import type { Step } from './step.ts'

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
    begin: [
      `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = ${lockTimeoutMs};
        SET LOCAL idle_in_transaction_session_timeout = ${idleSeconds * 1000}`,
    ],
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
  notices: { onNotice: onPgNotice, onEnd: onPgEnd },
}

function grammar(tables: Tables): Grammar {
  const { sessions, messages, operations, metadata } = tables
  const place = (message: string, session: string): string => `((SELECT place.created_at FROM ${messages} AS place
    WHERE place.id = ${message}::bigint AND place.session_id = ${session}), ${message}::bigint)`
  return {
    now,
    ms,
    exact: (timestamp) => `to_char(${timestamp}, 'YYYY-MM-DD HH24:MI:SS.US')`,
    // Python's times are finer.
    roundedUp: (timestamp) => `(${timestamp} + interval '999 microseconds')`,
    timestamp: (text) => `${text}::timestamp`,
    text: (expression) => `(${expression})::text`,
    messageId: (parameter) => `${parameter}::bigint`,
    oldestFirst: 'created_at, id',
    newestFirst: 'created_at DESC, id DESC',
    onwards: '(created_at, id) >= (:at::timestamp, :from::bigint)',
    startingAt: (message, session) => `(created_at, id) >= ${place(message, session)}`,
    endingAt: (message, session) => `(created_at, id) <= ${place(message, session)}`,
    messageTime: (at) => `${at}::timestamp`,

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
    appendAtOnce: (parts) => appendAtOnce(tables, parts),
    appendTogether: (parts) => appendTogether(tables, parts),
    fence: fence(tables.leases),
    stepLease: stepLease(tables.leases),
  }
}

/**
 * The first two statements are Python's (`SQLAlchemySession` 0.22.0), but for ids that do not end at 2^31. Its index of the messages is
 * not kept: it is the beginning of `messageOrder`, and where the statistics know nothing of a session yet, Postgres takes the shorter one
 * and sorts all messages of that session for the newest.
 */
function migrations(tables: Tables): Step[][] {
  const { sessions, messages, operations, metadata, leases, indexes } = tables
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
      index(indexes.messageOrder, messages, '(session_id, created_at, id)'),
      index(indexes.updated, sessions, `((${listedTime}), (${listedId}))`),
      index(indexes.expires, sessions, `(${expiresAt}, session_id) WHERE ttl_ms IS NOT NULL`),
      index(indexes.sessionId, sessions, '(session_id text_pattern_ops)'),
      index(indexes.forgetOperation, operations, '(session_id, forget_at)'),
      index(indexes.forgetAt, operations, '(forget_at)'),
      index(indexes.metadataSession, metadata, '(session_id)'),
    ],
    [
      {
        text: `CREATE TABLE IF NOT EXISTS ${leases} (
  session_id VARCHAR NOT NULL PRIMARY KEY,
  version VARCHAR NOT NULL,
  token VARCHAR,
  until_ms BIGINT NOT NULL,
  waiting TEXT NOT NULL
)`,
      },
    ],
    [{ text: `DROP INDEX IF EXISTS ${at}${indexes.messageTime}`, done: isAbsent(at + indexes.messageTime) }],
  ]
}
