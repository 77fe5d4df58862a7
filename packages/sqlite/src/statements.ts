import { type BranchStatements, prepareBranchStatements } from './branch/statements.ts'
import type { SQLiteDatabase, SQLiteStatement } from './database.ts'
import { sourceOf } from './source.ts'
import { type Names, quoteNames } from './tables.ts'

type StatementName =
  | 'session'
  | 'saveSession'
  | 'restoreSession'
  | 'ttl'
  | 'saveTTL'
  | 'deleteTTL'
  | 'deleteSession'
  | 'append'
  | 'all'
  | 'newest'
  | 'records'
  | 'page'
  | 'tail'
  | 'drop'
  | 'dropAndReturn'
  | 'clearMessages'
  | 'deleteMessages'
  | 'message'
  | 'replaceMessage'
  | 'deleteMessage'
  | 'entriesBack'
  | 'entriesOn'
  | 'entry'
  | 'newestId'
  | 'newestTime'
  | 'newestIds'
  | 'dataVersion'
  | 'copySlice'
  | 'endOfSlice'
  | 'operation'
  | 'clearOperations'
  | 'operations'
  | 'saveOperation'
  | 'deleteOperations'
  | 'forgetOperations'
  | 'outlives'
  | 'metadata'
  | 'saveMetadata'
  | 'deleteMetadataKey'
  | 'deleteMetadata'
  | 'info'
  | 'head'
  | 'recent'
  | 'chosen'
  | 'withPrefix'
  | 'withMetadata'
  | 'expired'
  | 'lease'
  | 'saveLease'
  | 'deleteLease'
  | 'holdsLease'
  | 'forgetLease'
  | 'forgetLeases'

/** Every text sent to SQLite after the schema stands, one for each operation. */
function texts(names: Names): Readonly<Record<StatementName, string>> {
  const { sessions, ttls, metadata, operations, leases } = quoteNames(names).tables
  const { messages, oldestFirst, newestFirst, place, is, operationId, knownId, isOfBranch, isElsewhere } =
    sourceOf(names)
  /**
   * A limit for reads, 0 where the session may be over at `:now`. It looks once into a table that is empty where nobody uses a
   * ttl; the exact test would cost as much as reading a dozen records.
   */
  const limitIfAlive = `ifnull((SELECT 0 FROM ${ttls} WHERE session_id = ? AND not_before_ms <= ?), ?)`
  /**
   * When a session is over, in milliseconds; NULL for one without a ttl. Python leaves `updated_at` in whole seconds, somewhere
   * in the second that it names. A subquery, since a LEFT JOIN takes ten times as long here.
   */
  const endsAt = `(
    SELECT max(not_before_ms, CAST(round(unixepoch(updated_at, 'subsec') * 1000) AS INTEGER)
      + CASE WHEN length(updated_at) = 19 THEN 999 ELSE 0 END + ttl_ms)
    FROM ${ttls} WHERE session_id = ${sessions}.session_id)`
  const alive = `ifnull(${endsAt} > :now, 1)`
  /** `:prefixEnd` is the first text after all that begin with the prefix; a blob comes after every text. */
  const hasPrefix = 'session_id >= :prefix AND session_id < :prefixEnd'
  /** Keys and values are JSON texts, so that `1`, `"1"` and `true` differ and any character survives. */
  const hasMetadata = `NOT EXISTS (
    SELECT 1 FROM json_each(:metadata) AS wanted WHERE NOT EXISTS (
      SELECT 1 FROM ${metadata} AS kept WHERE kept.session_id = ${sessions}.session_id
        AND kept.key = json_extract(wanted.value, '$[0]') AND kept.value = json_extract(wanted.value, '$[1]')))`
  const matching = `SELECT session_id AS sessionId, updated_at AS updatedAt, ${hasPrefix} AND ${hasMetadata} AND ${alive} AS matches
    FROM ${sessions} WHERE updated_at > :after AND (updated_at, session_id) < (:before, :beforeId)`
  const drop = `DELETE FROM ${messages} WHERE id IN (
    SELECT id FROM ${messages} WHERE session_id = ? ORDER BY ${newestFirst} LIMIT ?)`
  /** Row ids go and come as texts: they may be larger than a number is exact. */
  const rowId = 'CAST(id AS TEXT)'
  const entry = `${rowId} AS id, message_data AS record, created_at AS createdAt`
  const info = (
    more: string,
  ): string => `SELECT session_id AS sessionId, created_at AS createdAt, updated_at AS updatedAt,
      ${endsAt} AS endsAt, ${more},
      (SELECT '{' || group_concat(key || ':' || value) || '}' FROM ${metadata} WHERE session_id = :id) AS metadata
    FROM ${sessions} WHERE session_id = :id AND ${alive}`
  const latestFirst = 'ORDER BY updated_at DESC, session_id DESC'

  return {
    session: `SELECT created_at AS createdAt, updated_at AS updatedAt, ${endsAt} AS endsAt
      FROM ${sessions} WHERE session_id = ?`,
    ttl: `SELECT ttl_ms FROM ${ttls} WHERE session_id = ?`,
    saveSession: `INSERT INTO ${sessions} (session_id, created_at, updated_at) VALUES (?, ?, ?)
      ON CONFLICT (session_id) DO UPDATE SET updated_at = excluded.updated_at`,
    restoreSession: `INSERT INTO ${sessions} (session_id, created_at, updated_at) VALUES (?, ?, ?)
      ON CONFLICT (session_id) DO UPDATE SET created_at = excluded.created_at, updated_at = excluded.updated_at`,
    saveTTL: `INSERT INTO ${ttls} (session_id, ttl_ms, not_before_ms) VALUES (?, ?, ?)
      ON CONFLICT (session_id) DO UPDATE SET ttl_ms = excluded.ttl_ms, not_before_ms = excluded.not_before_ms`,
    deleteTTL: `DELETE FROM ${ttls} WHERE session_id = ?`,
    deleteSession: `DELETE FROM ${sessions} WHERE session_id = ?`,

    append: `INSERT INTO ${messages} (session_id, message_data, created_at) VALUES (?, ?, ?)`,
    all: `SELECT message_data FROM ${messages} WHERE session_id = ? ORDER BY ${oldestFirst} LIMIT ${limitIfAlive}`,
    newest: `SELECT message_data FROM ${messages} WHERE session_id = ? ORDER BY ${newestFirst} LIMIT ${limitIfAlive}`,
    records: `SELECT message_data AS record, created_at AS createdAt FROM ${messages} WHERE session_id = ? ORDER BY ${oldestFirst} LIMIT ?`,
    page: `SELECT ${rowId} AS id, message_data AS record FROM ${messages}
      WHERE session_id = ? AND ${is('>=')} ORDER BY ${oldestFirst} LIMIT ${limitIfAlive}`,
    tail: `SELECT message_data FROM ${messages} WHERE session_id = ? ORDER BY ${newestFirst} LIMIT ?`,
    drop,
    dropAndReturn: `${drop} RETURNING CAST(${place} AS TEXT) AS place, message_data AS record`,
    message: `SELECT message_data FROM ${messages} WHERE session_id = ? AND id = CAST(? AS INTEGER)`,
    replaceMessage: `UPDATE ${messages} SET message_data = ? WHERE session_id = ? AND id = CAST(? AS INTEGER)`,
    deleteMessage: `DELETE FROM ${messages} WHERE session_id = ? AND id = CAST(? AS INTEGER)`,
    clearMessages: `DELETE FROM ${messages} WHERE session_id = ?`,
    deleteMessages: `DELETE FROM ${quoteNames(names).tables.messages} WHERE session_id = ?`,

    entriesBack: `SELECT ${entry} FROM ${messages} WHERE session_id = ? AND ${is('<=')} ORDER BY ${newestFirst} LIMIT ${limitIfAlive}`,
    entriesOn: `SELECT ${entry}, (SELECT count(*) FROM ${messages} WHERE session_id = ? AND ${is('>=')} AND ${is('<=')}) AS held
      FROM ${messages} WHERE session_id = ? AND ${is('>=')} ORDER BY ${oldestFirst} LIMIT ${limitIfAlive}`,
    entry: `SELECT ${rowId} FROM ${messages} WHERE session_id = ? AND id = CAST(? AS INTEGER)`,
    newestId: `SELECT ${rowId} FROM ${messages} WHERE session_id = ? ORDER BY ${newestFirst} LIMIT 1`,
    newestTime: `SELECT created_at FROM ${messages} WHERE session_id = ? ORDER BY ${newestFirst} LIMIT 1`,
    newestIds: `SELECT value AS sessionId,
        (SELECT ${rowId} FROM ${messages} WHERE session_id = value ORDER BY ${newestFirst} LIMIT 1) AS newest
      FROM json_each(?)`,
    dataVersion: 'PRAGMA data_version',
    copySlice: `INSERT INTO ${messages} (session_id, message_data, created_at) SELECT ?, message_data, created_at FROM ${messages}
      WHERE session_id = ? AND ${is('>')} AND ${is('<=')} ORDER BY ${oldestFirst}`,
    endOfSlice: `SELECT ${rowId} FROM ${messages}
      WHERE session_id = ? AND ${is('>')} AND ${is('<=')} ORDER BY ${oldestFirst} LIMIT 1 OFFSET ?`,

    operation: `SELECT fingerprint FROM ${operations}
      WHERE session_id = ? AND operation_id = ${operationId} AND ifnull(forget_at > ?, 1)`,
    operations: `SELECT ${knownId} AS id, fingerprint, forget_at AS forgetAt FROM ${operations}
      WHERE session_id = ? AND ifnull(forget_at > ?, 0) AND ${isOfBranch}`,
    saveOperation: `INSERT INTO ${operations} (session_id, operation_id, fingerprint, forget_at) VALUES (?, ${operationId}, ?, ?)
      ON CONFLICT (session_id, operation_id) DO UPDATE SET fingerprint = excluded.fingerprint, forget_at = excluded.forget_at`,
    clearOperations: `DELETE FROM ${operations} WHERE session_id = ? AND ${isOfBranch}`,
    deleteOperations: `DELETE FROM ${operations} WHERE session_id = ?`,
    forgetOperations: `DELETE FROM ${operations} WHERE (session_id, operation_id) IN (
      SELECT session_id, operation_id FROM ${operations} WHERE forget_at <= ? ORDER BY forget_at LIMIT ?)`,

    outlives: `SELECT 1 FROM (SELECT ? AS wanted)
      WHERE EXISTS (SELECT 1 FROM ${metadata} WHERE session_id = wanted) OR ${isElsewhere}`,
    metadata: `SELECT key, value FROM ${metadata} WHERE session_id = ?`,
    saveMetadata: `INSERT INTO ${metadata} (session_id, key, value) VALUES (?, ?, ?)
      ON CONFLICT (session_id, key) DO UPDATE SET value = excluded.value`,
    deleteMetadataKey: `DELETE FROM ${metadata} WHERE session_id = ? AND key = ?`,
    deleteMetadata: `DELETE FROM ${metadata} WHERE session_id = ?`,

    lease: `SELECT version, token, until_ms AS until, waiting FROM ${leases} WHERE session_id = ?`,
    saveLease: `INSERT INTO ${leases} (session_id, version, token, until_ms, waiting) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (session_id) DO UPDATE SET
        version = excluded.version, token = excluded.token, until_ms = excluded.until_ms, waiting = excluded.waiting`,
    deleteLease: `DELETE FROM ${leases} WHERE session_id = ?`,
    holdsLease: `SELECT 1 FROM ${leases} WHERE session_id = ? AND token = ? AND until_ms > ?`,
    forgetLease: `DELETE FROM ${leases} WHERE session_id = ? AND until_ms <= ?`,
    forgetLeases: `DELETE FROM ${leases} WHERE session_id IN (
      SELECT session_id FROM ${leases} WHERE until_ms <= ? LIMIT ?)`,

    info: info(`(SELECT count(*) FROM ${messages} WHERE session_id = :id) AS itemCount`),
    head: info(`EXISTS (SELECT 1 FROM ${operations} WHERE session_id = :id) AS operated`),
    recent: `${matching} ${latestFirst} LIMIT :limit`,
    chosen: `${matching} AND session_id IN (SELECT value FROM json_each(:ids))`,
    withPrefix: `SELECT session_id FROM ${sessions} WHERE ${hasPrefix} LIMIT :limit`,
    withMetadata: `SELECT session_id FROM ${metadata} WHERE key = :key AND value = :value LIMIT :limit`,
    expired: `SELECT session_id AS sessionId, not_before_ms AS at,
        (SELECT NOT (${alive}) FROM ${sessions} WHERE session_id = ended.session_id) IS 1 AS over
      FROM ${ttls} AS ended WHERE not_before_ms <= :now AND (not_before_ms, session_id) > (:at, :from)
      ORDER BY not_before_ms, session_id LIMIT :limit`,
  }
}

/** Statements that give one column, so that rows are plain values. */
const plucked = new Set<StatementName>([
  'all',
  'newest',
  'tail',
  'message',
  'operation',
  'entry',
  'newestId',
  'newestTime',
  'dataVersion',
  'endOfSlice',
  'ttl',
  'withPrefix',
  'withMetadata',
])

/** Statements that give many rows, which are arrays. */
const bare = new Set<StatementName>(['records'])

/** The prepared statements of one connection, by operation. */
export type Statements = Readonly<Record<Exclude<StatementName, keyof BranchStatements>, SQLiteStatement>> &
  Pick<BranchStatements, keyof BranchStatements & StatementName> &
  Partial<BranchStatements>

/** Prepared once a connection. Integers come as numbers, also where the caller's database is set to BigInt. */
export function prepareStatements(database: SQLiteDatabase, names: Names): Statements {
  const all = texts(names)
  const prepared = Object.entries(all).map(([name, text]) => {
    return [name, prepare(database, text, name as StatementName)] as const
  })
  return {
    ...(Object.fromEntries(prepared) as Record<StatementName, SQLiteStatement>),
    ...(names.branch !== undefined && prepareBranchStatements(database, names, names.branch, all.drop)),
  }
}

function prepare(database: SQLiteDatabase, text: string, name: StatementName): SQLiteStatement {
  const statement = database.prepare(text)
  if (!statement.reader) return statement
  if (plucked.has(name)) statement.pluck()
  if (bare.has(name)) statement.raw()
  return statement.safeIntegers(false)
}
