import type { Tables } from '../tables.ts'
import type { Making } from './dialect.ts'
import { hasColumns, isAbsent, isBuilt } from './postgres-migration.ts'
import type { Step } from './step.ts'

/** No column: to add one that is computed, Postgres would write a table of Python's anew. */
export const expiresAt = "(updated_at + ttl_ms * INTERVAL '1 millisecond')"

/** As `updatedAt` tells it: Python's times are finer. And ids by their bytes, whatever the collation of the database. */
export const listedTime = "date_trunc('milliseconds', updated_at)"
export const listedId = 'session_id COLLATE "C"'

/** A timestamp as the columns of minutes have it. */
export const minuteOf = (timestamp: string): string => `date_trunc('minute', ${timestamp})`

type Quote = (name: string) => string

/** Finds a row where the sessions are indexed by minutes. */
export function isByMinute(tables: Tables, quote: Quote): string {
  return isBuilt(schemaOf(tables, quote) + tables.indexes.changedMinute)
}

/**
 * Tables of our own keep ids in the order of their bytes, so that the primary key finds prefixes, and times of sessions in whole minutes too,
 * which are what is indexed: a change within the minute writes no index (HOT). However many sessions are made in one minute, as by a bulk load,
 * those that have not changed since are indexed by their very times. See docs/adr/0120-sessions-are-indexed-by-minutes.md and 0150. To
 * have either, Postgres would write a table of Python's anew, and keep everybody from it meanwhile: those get indexes that need no column.
 */
export function migrations(tables: Tables, quote: Quote, { isNew, partitions }: Making): Step[][] {
  const { sessions, messages, operations, metadata, leases, indexes } = tables
  const at = schemaOf(tables, quote)
  const index = (name: string, table: string, columns: string): Step => ({
    text: `CREATE INDEX IF NOT EXISTS ${name} ON ${table} ${columns}`,
    done: isBuilt(at + name),
    index: { name: at + name, table },
  })
  const id = isNew ? 'VARCHAR COLLATE "C"' : 'VARCHAR'
  const ofSession = `session_id ${id} NOT NULL REFERENCES ${sessions} (session_id) ON DELETE CASCADE`
  return [
    [
      ...(isNew ? sessionsByMinute(sessions, partitions) : sessionsOfPython(sessions)),
      // As Python's (`SQLAlchemySession` 0.22.0), but for ids that do not end at 2^31.
      {
        text: `CREATE TABLE IF NOT EXISTS ${messages} (
  id BIGSERIAL${partitions === undefined ? ' PRIMARY KEY' : ''},
  ${ofSession},
  message_data TEXT NOT NULL,
  created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL${partitions === undefined ? '' : ',\n  PRIMARY KEY (id, session_id)'}
)${partitioned(partitions)}`,
      },
      ...partitionsOf(messages, partitions),
      {
        text: `CREATE TABLE IF NOT EXISTS ${operations} (
  ${ofSession},
  operation_id VARCHAR NOT NULL,
  fingerprint VARCHAR NOT NULL,
  forget_at TIMESTAMP WITHOUT TIME ZONE,
  PRIMARY KEY (session_id, operation_id)
)`,
      },
      {
        text: `CREATE TABLE IF NOT EXISTS ${metadata} (
  digest CHAR(64) NOT NULL,
  ${ofSession},
  PRIMARY KEY (digest, session_id)
)`,
      },
      index(indexes.messageOrder, messages, '(session_id, created_at, id)'),
      ...(isNew
        ? [
            index(indexes.changedMinute, sessions, '(updated_minute) WHERE unchanged_at IS NULL'),
            index(indexes.unchanged, sessions, '(unchanged_at, session_id) WHERE unchanged_at IS NOT NULL'),
            index(indexes.expiresMinute, sessions, '(expires_minute, session_id) WHERE expires_minute IS NOT NULL'),
          ]
        : [
            index(indexes.updated, sessions, `((${listedTime}), (${listedId}))`),
            index(indexes.expires, sessions, `(${expiresAt}, session_id) WHERE ttl_ms IS NOT NULL`),
            index(indexes.sessionId, sessions, '(session_id text_pattern_ops)'),
          ]),
      index(indexes.forgetOperation, operations, '(session_id, forget_at)'),
      index(indexes.forgetAt, operations, '(forget_at)'),
      index(indexes.metadataSession, metadata, '(session_id)'),
    ],
    [
      {
        text: `CREATE TABLE IF NOT EXISTS ${leases} (
  session_id ${id} NOT NULL PRIMARY KEY,
  version VARCHAR NOT NULL,
  token VARCHAR,
  until_ms BIGINT NOT NULL,
  waiting TEXT NOT NULL
)`,
      },
    ],
    // Python's: the beginning of `messageOrder`. Where the statistics know nothing of a session yet, Postgres would take the shorter one and
    // sort all messages of that session for the newest.
    [{ text: `DROP INDEX IF EXISTS ${at}${indexes.messageTime}`, done: isAbsent(at + indexes.messageTime) }],
  ]
}

/** Some room in each page, so that sessions that were made together can be changed where they are. */
function sessionsByMinute(sessions: string, partitions: number | undefined): Step[] {
  const computed = 'TIMESTAMP WITHOUT TIME ZONE GENERATED ALWAYS AS'
  const room = ' WITH (fillfactor = 90)'
  const made = {
    text: `CREATE TABLE IF NOT EXISTS ${sessions} (
  session_id VARCHAR COLLATE "C" NOT NULL PRIMARY KEY,
  created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updated_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
  ttl_ms BIGINT,
  metadata TEXT,
  updated_minute ${computed} (${minuteOf('updated_at')}) STORED,
  expires_minute ${computed} (${minuteOf(expiresAt)}) STORED,
  unchanged_at ${computed} (CASE WHEN updated_at = created_at THEN ${listedTime} END) STORED
)${partitions === undefined ? room : partitioned(partitions)}`,
  }
  return [made, ...partitionsOf(sessions, partitions, room)]
}

function partitioned(partitions: number | undefined): string {
  return partitions === undefined ? '' : ' PARTITION BY HASH (session_id)'
}

function partitionsOf(table: string, partitions = 0, options = ''): Step[] {
  return Array.from({ length: partitions }, (_, remainder) => ({
    // Within the quotes of the name.
    text: `CREATE TABLE IF NOT EXISTS ${table.slice(0, -1)}_p${remainder}" PARTITION OF ${table}
  FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${remainder})${options}`,
  }))
}

function sessionsOfPython(sessions: string): Step[] {
  return [
    {
      text: `CREATE TABLE IF NOT EXISTS ${sessions} (
  session_id VARCHAR NOT NULL PRIMARY KEY,
  created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updated_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL
)`,
    },
    {
      text: `ALTER TABLE ${sessions}
  ADD COLUMN IF NOT EXISTS ttl_ms BIGINT,
  ADD COLUMN IF NOT EXISTS metadata TEXT`,
      done: hasColumns(sessions, ['ttl_ms', 'metadata']),
    },
  ]
}

function schemaOf({ schema }: Tables, quote: Quote): string {
  return schema === undefined ? '' : `${quote(schema)}.`
}
