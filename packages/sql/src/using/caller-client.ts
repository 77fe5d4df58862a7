import { checkDialect, dialects, type SQLDialect } from '../dialects/all.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { PGliteTransaction } from '../drivers/pglite.ts'
import { hasMethods } from '../pools/has-methods.ts'
import { pgliteDialect } from '../pools/pglite.ts'

/** What is used of a `Client` of pg, of a pool or not, and of what is like one, such as Neon's. */
export interface PgClientLike {
  query(text: string): Promise<unknown>
  escapeIdentifier(name: string): string
  /** Of a pool: another function each time that somebody takes it. */
  readonly release?: unknown
}

/** What is used of a connection of mariadb. */
export interface MariaDBClientLike {
  beginTransaction(): Promise<unknown>
  batch(text: string): Promise<unknown>
}

/** What is used of a connection of mysql2/promise. */
export interface MySQL2ClientLike {
  beginTransaction(): Promise<unknown>
  readonly connection: object
}

/** What is used of a transaction of Sequelize 6. Its own types do not tell of its connection. */
export interface SequelizeTransactionLike {
  commit(): Promise<unknown>
  rollback(): Promise<unknown>
}

/** What is used of a transaction of PGlite. */
export interface PGliteTransactionLike {
  readonly closed: boolean
  exec(text: string): Promise<unknown>
  rollback(): Promise<unknown>
}

/** A client in a transaction of the caller's, or a transaction. */
export type SQLClient =
  | PgClientLike
  | MariaDBClientLike
  | MySQL2ClientLike
  | SequelizeTransactionLike
  | PGliteTransactionLike

/** How one of them is used. */
export interface CallerClient {
  readonly name: SQLDialect
  readonly dialect: Dialect
  /** The connection as the files of the drivers take it, the same one for the same connection. */
  readonly connection: object
  /** Why it is not the caller's any more, where it says so. */
  ended(): string | undefined
}

const released = 'The client was given back to its pool.'
const over = 'The transaction is over.'

/** Does no I/O. @throws TypeError for what is none */
export function adaptClient(client: SQLClient): CallerClient {
  for (const adapt of [ofSequelize, ofPGlite, ofMySQL2, ofMariaDB, ofPg]) {
    const adapted = typeof client === 'object' && client !== null ? adapt(client) : undefined
    if (adapted !== undefined) return adapted
  }
  const takes =
    'a client of pg, a connection of mariadb or of mysql2/promise, a Transaction of Sequelize 6 or a transaction of PGlite'
  throw new TypeError(
    `using() takes ${takes}, in which a transaction is open: a pool would run each statement elsewhere.`,
  )
}

function ofSequelize(client: object): CallerClient | undefined {
  const { sequelize, ...given } = client as { sequelize?: { getDialect?(): string }; connection?: object }
  if (!hasMethods(client, 'commit', 'rollback') || typeof sequelize?.getDialect !== 'function') return undefined
  const name = checkDialect(sequelize.getDialect(), 'the transaction must be of one of the dialects')
  if (given.connection === undefined) throw new TypeError('using(): the transaction of Sequelize was not begun.')
  const ended = (): string | undefined => ((client as { finished?: string }).finished === undefined ? undefined : over)
  return { name, dialect: dialects[name], connection: given.connection, ended }
}

const held = new WeakMap<object, { transaction: PGliteTransaction }>()

function ofPGlite(client: object): CallerClient | undefined {
  if (!hasMethods(client, 'query', 'exec', 'rollback') || !('closed' in client)) return undefined
  const connection = held.get(client) ?? { transaction: client as unknown as PGliteTransaction }
  held.set(client, connection)
  return {
    name: 'postgres',
    dialect: pgliteDialect,
    connection,
    ended: () => (client.closed === true ? over : undefined),
  }
}

/** With promises or with callbacks: beneath both is the same one. */
function ofMySQL2(client: object): CallerClient | undefined {
  if (!hasMethods(client, 'execute', 'query', 'beginTransaction')) return undefined
  const { connection = client } = client as { connection?: object }
  if (!hasMethods(connection, 'execute', 'promise')) return undefined
  const ended = (): string | undefined =>
    (connection as { _released?: boolean })._released === true ? released : undefined
  return { name: 'mysql', dialect: dialects.mysql, connection, ended }
}

/** That with callbacks takes one to begin. */
function ofMariaDB(client: object): CallerClient | undefined {
  if (!hasMethods(client, 'prepare', 'batch', 'beginTransaction')) return undefined
  if ((client as { beginTransaction: { length: number } }).beginTransaction.length > 0) return undefined
  return { name: 'mariadb', dialect: dialects.mariadb, connection: client, ended: () => undefined }
}

function ofPg(client: object): CallerClient | undefined {
  // A pool has a count of its clients.
  if (!hasMethods(client, 'query', 'connect', 'escapeIdentifier') || 'totalCount' in client) return undefined
  const given = client as PgClientLike
  const { release } = given
  return {
    name: 'postgres',
    dialect: dialects.postgres,
    connection: client,
    ended: () => (given.release === release ? undefined : released),
  }
}
