/** What the caller may name. */
interface TableNames {
  sessionsTable?: string
  messagesTable?: string
  branch?: string
}

type TableName = 'sessions' | 'messages' | 'ttls' | 'metadata' | 'operations' | 'leases' | 'version'
type IndexName = 'messageId' | 'updated' | 'metadataValue' | 'forgetAt' | 'notBefore'

/** Names as they stand in the file. `@sessions/sql` derives the same, so that both may use one file. */
export interface Names {
  readonly tables: Readonly<Record<TableName, string>>
  readonly indexes: Readonly<Record<IndexName, string>>
  /** Which branch of the messages is meant, where they have branches. */
  readonly branch?: string
}

/** Bytes of UTF-8: what every backend of `@sessions/sql` takes. */
const maxNameBytes = 63

/** The names that `sessionsTable` and `messagesTable` lead to. */
export function deriveNames({
  sessionsTable: sessions = 'agent_sessions',
  messagesTable: messages = 'agent_messages',
  branch,
}: TableNames): Names {
  return {
    tables: {
      sessions,
      messages,
      ttls: `${sessions}_ttls`,
      metadata: `${sessions}_metadata`,
      operations: `${sessions}_operations`,
      leases: `${sessions}_leases`,
      version: `${sessions}_schema`,
    },
    indexes: {
      messageId: `idx_${messages}_session_id`,
      updated: `idx_${sessions}_updated_at`,
      metadataValue: `idx_${sessions}_metadata_value`,
      forgetAt: `idx_${sessions}_forget_at`,
      notBefore: `idx_${sessions}_not_before`,
    },
    ...(branch !== undefined && { branch }),
  }
}

/** @throws TypeError that names the option whose name cannot be a table's, or leads to one table twice */
export function checkNames(names: TableNames): void {
  for (const option of ['sessionsTable', 'messagesTable'] as const) checkName(option, names[option])
  const folded = Object.values(deriveNames(names).tables).map((name) => name.toLowerCase())
  const twice = folded.find((name, index) => folded.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new TypeError(`sessionsTable and messagesTable lead to the table ${JSON.stringify(twice)} twice.`)
  }
}

/** A name as it stands in a statement. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The same names, each quoted. */
export function quoteNames({ tables, indexes }: Names): Names {
  return { tables: quoteAll(tables), indexes: quoteAll(indexes) }
}

function quoteAll<K extends string>(names: Readonly<Record<K, string>>): Record<K, string> {
  return Object.fromEntries(Object.entries<string>(names).map(([key, name]) => [key, quote(name)])) as Record<K, string>
}

function checkName(option: string, name: string | undefined): void {
  if (name === undefined) return
  if (name === '' || name !== name.trim()) {
    throw new TypeError(`${option} must not be empty, nor begin or end with white space.`)
  }
  if (!name.isWellFormed() || /\p{Cc}/u.test(name)) {
    throw new TypeError(`${option} must be well-formed Unicode without control characters.`)
  }
  if (Buffer.byteLength(name) > maxNameBytes) {
    throw new TypeError(`${option} must have at most ${maxNameBytes} bytes of UTF-8.`)
  }
  if (/^sqlite_/i.test(name))
    throw new TypeError(`${option} must not begin with sqlite_, which SQLite keeps to itself.`)
}
