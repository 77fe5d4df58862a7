import { checkInteger } from '@sessions/core'

/** What the caller may name. */
export interface TableNames {
  /** One row a session; other tables of ours are named after it. Default: `agent_sessions`. */
  sessionsTable?: string
  /** One row an item. Default: `agent_messages`. */
  messagesTable?: string
  /** The schema of the tables, Postgres only. Default: what the connection's `search_path` finds. */
  schema?: string
}

/** Which tables `schemaSQL` makes. */
export interface SchemaSQLOptions extends TableNames {
  /**
   * Postgres only: into how many parts the sessions and the messages are divided, by a hash of the session id, 2 to 1,024. What a store does
   * with them is the same. Default: not at all.
   */
  partitions?: number
}

type TableName = 'sessions' | 'messages' | 'operations' | 'metadata' | 'ttls' | 'leases' | 'version'
type IndexName =
  | 'messageId'
  | 'messageTime'
  | 'messageOrder'
  | 'updated'
  | 'changedMinute'
  | 'unchanged'
  | 'expires'
  | 'expiresMinute'
  | 'sessionId'
  | 'metadataSession'
  | 'metadataValue'
  | 'forgetOperation'
  | 'forgetAt'
  | 'notBefore'

/** Names ready for a statement: quoted, tables with their schema where there is one. */
export interface Tables extends Readonly<Record<TableName, string>> {
  readonly indexes: Readonly<Record<IndexName, string>>
  /** As the caller wrote it. */
  readonly schema?: string
  /** Tells these tables from others in one database. */
  readonly key: string
}

/** Bytes of UTF-8: Postgres cuts what is longer (NAMEDATALEN), so that two names could become one. */
const maxNameBytes = 63

/** Each costs memory in every connection, and time in every plan. */
const mostPartitions = 1_024

/** @throws TypeError that names the option whose name cannot be quoted, would be cut, or leads to one table twice */
export function checkNames(names: TableNames, dialect: string): void {
  if (names.schema !== undefined && dialect !== 'postgres') throw new TypeError('schema is for postgres alone.')
  for (const option of ['sessionsTable', 'messagesTable', 'schema'] as const) checkName(option, names[option])
  const { tables, indexes } = derive(names)
  const long = [...Object.values(tables), ...Object.values(indexes)].find(isLong)
  if (long !== undefined) {
    throw new TypeError(
      `sessionsTable or messagesTable is too long: the name ${JSON.stringify(long)} made from it has more than ` +
        `${maxNameBytes} bytes.`,
    )
  }
  const folded = Object.values(tables).map((name) => name.toLowerCase())
  const twice = folded.find((name, index) => folded.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new TypeError(`sessionsTable and messagesTable lead to the table ${JSON.stringify(twice)} twice.`)
  }
}

/** Their names are shorter than those of indexes. @throws TypeError or RangeError */
export function checkPartitions(partitions: number | undefined, dialect: string): void {
  if (partitions === undefined) return
  if (dialect !== 'postgres') throw new TypeError('partitions is for postgres alone.')
  checkInteger('partitions', partitions, 2, mostPartitions)
}

/** The names, with the schema that a url asks for. @throws TypeError where both ask for one, and not for the same */
export function withSchema(names: TableNames, schema: string | undefined): TableNames {
  if (schema === undefined) return names
  if (names.schema !== undefined && names.schema !== schema) {
    throw new TypeError('schema is another one than the parameter schema of url.')
  }
  return { ...names, schema }
}

/** The names that `sessionsTable` and `messagesTable` lead to, each quoted for a dialect. */
export function quoteTables(names: TableNames, quote: (name: string) => string): Tables {
  const { tables, indexes } = derive(names)
  const { schema } = names
  const prefix = schema === undefined ? '' : `${quote(schema)}.`
  const quoted = <K extends string>(of: Record<K, string>, before = ''): Record<K, string> =>
    Object.fromEntries(Object.entries<string>(of).map(([key, name]) => [key, before + quote(name)])) as Record<
      K,
      string
    >
  return {
    ...quoted(tables, prefix),
    indexes: quoted(indexes),
    ...(schema !== undefined && { schema }),
    key: JSON.stringify([schema ?? null, tables.sessions, tables.messages]),
  }
}

function derive(names: TableNames): { tables: Record<TableName, string>; indexes: Record<IndexName, string> } {
  const { sessionsTable: sessions = 'agent_sessions', messagesTable: messages = 'agent_messages' } = names
  return {
    tables: {
      sessions,
      messages,
      operations: `${sessions}_operations`,
      metadata: `${sessions}_metadata`,
      ttls: `${sessions}_ttls`,
      leases: `${sessions}_leases`,
      version: `${sessions}_schema`,
    },
    indexes: {
      messageId: `idx_${messages}_session_id`,
      messageTime: `idx_${messages}_session_time`,
      messageOrder: `idx_${messages}_session_order`,
      updated: `idx_${sessions}_updated_at`,
      changedMinute: `idx_${sessions}_changed_minute`,
      unchanged: `idx_${sessions}_unchanged_at`,
      expires: `idx_${sessions}_expires_at`,
      expiresMinute: `idx_${sessions}_expires_minute`,
      sessionId: `idx_${sessions}_session_id`,
      metadataSession: `idx_${sessions}_metadata_session`,
      metadataValue: `idx_${sessions}_metadata_value`,
      forgetOperation: `idx_${sessions}_forget_id`,
      forgetAt: `idx_${sessions}_forget_at`,
      notBefore: `idx_${sessions}_not_before`,
    },
  }
}

function checkName(option: keyof TableNames, name: string | undefined): void {
  if (name === undefined) return
  if (name === '') throw new TypeError(`${option} must not be empty.`)
  if (isLong(name)) throw new TypeError(`${option} must have at most ${maxNameBytes} bytes of UTF-8.`)
  if (!name.isWellFormed() || /\p{Cc}|[^\0-\uffff]/u.test(name)) {
    throw new TypeError(`${option} must be well-formed Unicode without control characters or emoji.`)
  }
  if (name !== name.trim()) throw new TypeError(`${option} must not begin or end with white space.`)
}

function isLong(name: string): boolean {
  return Buffer.byteLength(name) > maxNameBytes
}
