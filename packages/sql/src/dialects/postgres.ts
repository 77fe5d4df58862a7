import { connectPg, onPgEnd, onPgNotice } from '../drivers/pg.ts'
import { bind, compile } from '../statement.ts'
import type { Tables } from '../tables.ts'
import { type Dialect, type Grammar, idleSeconds } from './dialect.ts'
import { appendAtOnce, pruneOperations } from './postgres-append.ts'
import { appendTogether } from './postgres-group.ts'
import { fence, ms, now, stepLease } from './postgres-leases.ts'
import { migratePostgres } from './postgres-migration.ts'
import { expiresAt, isByMinute, listedId, listedTime, migrations, minuteOf } from './postgres-tables.ts'

const schemaByName = compile('SELECT 1 AS found FROM pg_catalog.pg_namespace WHERE nspname = :schema', 'numbered')

/**
 * Postgres 13 and later.
 *
 * Columns are `TIMESTAMP WITHOUT TIME ZONE` as in Python's tables and hold UTC, whatever the zone of the connection.
 */
export const postgres: Dialect = {
  placeholders: 'numbered',
  quote,
  grammar,
  transaction: (lockTimeoutMs) => ({
    begin: [
      `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = ${lockTimeoutMs};
        SET LOCAL idle_in_transaction_session_timeout = ${idleSeconds * 1000}`,
    ],
  }),
  migrations: (tables, _, making) => migrations(tables, quote, making),
  hasMinutes: (tables) => `(SELECT count(*) FROM (${isByMinute(tables, quote)}) AS built)`,
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
    exact,
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

    // Most have no ttl, and are many where they are looked through.
    expired: `(ttl_ms IS NOT NULL AND ${expiresAt} <= ${now})`,
    // A limit that the planner cannot see makes it keep one plan, where a parameter makes it plan each time.
    limitUnless: (condition, limit = 'NULL') => `LIMIT CASE WHEN ${condition} THEN 0 ELSE ${limit}::bigint END`,
    expiredPage: `SELECT session_id, ${exact(expiresAt)} AS ended_at FROM ${sessions}
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
    minutes: {
      columns: 'session_id, created_at, updated_at, ttl_ms, metadata',
      unchanged: {
        is: 'unchanged_at IS NOT NULL',
        time: 'unchanged_at',
        behind: `(unchanged_at, ${listedId}) < (:cursorAt::timestamp, :cursorId)`,
      },
      changed: { is: 'unchanged_at IS NULL', minute: 'updated_minute' },
      of: minuteOf,
      expiredPage: `SELECT session_id, ${exact('expires_minute')} AS ended_at FROM ${sessions}
        WHERE expires_minute <= ${minuteOf(now)} AND ${expiresAt} <= ${now}
          AND (expires_minute, session_id) > (:at::timestamp, :after)
        ORDER BY expires_minute, session_id LIMIT :limit`,
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

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function exact(timestamp: string): string {
  return `to_char(${timestamp}, 'YYYY-MM-DD HH24:MI:SS.US')`
}
