import { type Lease, SharedResources } from '@sessions/core'
import type { Options, Sequelize } from 'sequelize'
import { Database } from './database.ts'
import { checkDialect, dialects, type SQLDialect } from './dialects/all.ts'
import type { Dialect } from './dialects/dialect.ts'
import { loadDriver } from './driver.ts'
import { leastConnectMs, type OwnConnections } from './pool.ts'
import { adaptPool, type SQLPool } from './pools/caller-pool.ts'
import { connectionsOf, type SequelizeLike } from './sequelize.ts'
import { SingleConnection } from './single-connection.ts'
import { parseURL } from './url/parse-url.ts'

/** Connections of a pool that we open, at most. For another number pass a Sequelize. */
const poolSize = 10

interface Engine {
  readonly sequelize: Sequelize
  readonly database: Database
}

/** How long the connections of a pool of ours are waited for, and wait. */
interface Patience {
  readonly busyTimeoutMs: number
  readonly lockTimeoutMs: number
}

const engines = new SharedResources<Engine>(({ sequelize }) => sequelize.close())
const known = new WeakMap<object, Database>()

/** Which database it is. */
interface Source {
  readonly url?: string
  readonly pool?: SQLPool
  readonly sequelize?: SequelizeLike
}

/** Does no I/O. @throws TypeError */
export function targetOf({ url = '', pool, sequelize }: Source): {
  name: SQLDialect
  dialect: Dialect
  schema?: string
} {
  if (pool !== undefined) return adaptPool(pool)
  const { dialect: name, schema } =
    sequelize === undefined ? parseURL(url) : { dialect: dialectOf(sequelize), schema: undefined }
  return { name, dialect: dialects[name], ...(schema !== undefined && { schema }) }
}

/** The connections of a url, of a pool or of a Sequelize. */
export async function connect({ url = '', pool, sequelize }: Source, patience: Patience): Promise<Lease<Database>> {
  if (pool !== undefined) return connectPool(pool)
  return sequelize === undefined ? connectURL(url, patience) : connectSequelize(sequelize)
}

/** The process's one pool for a url; those who want to wait for it less or more long share another. */
async function connectURL(url: string, patience: Patience): Promise<Lease<Database>> {
  const { busyTimeoutMs, lockTimeoutMs } = patience
  const key = `${busyTimeoutMs} ${lockTimeoutMs} ${url}`
  const { resource, release } = await engines.acquire(key, () => openEngine(url, patience))
  return { resource: resource.database, release }
}

/** The pool of a Sequelize of the caller's, which stays open. */
function connectSequelize(sequelize: SequelizeLike): Lease<Database> {
  const database = known.get(sequelize) ?? openDatabase(sequelize, dialectOf(sequelize))
  known.set(sequelize, database)
  return { resource: database, release: async () => {} }
}

/** A pool of the caller's, which stays open. */
function connectPool(pool: SQLPool): Lease<Database> {
  const { pool: connections, dialect } = adaptPool(pool)
  const database = known.get(pool) ?? new Database({ ...connections, tells: false }, dialect)
  known.set(pool, database)
  return { resource: database, release: async () => {} }
}

/** @throws TypeError for what is no Sequelize 6 with a dialect of ours */
function dialectOf(sequelize: SequelizeLike): SQLDialect {
  if (typeof sequelize.getDialect !== 'function' || typeof sequelize.connectionManager?.getConnection !== 'function') {
    throw new TypeError('sequelize must be a Sequelize of version 6.')
  }
  return checkDialect(sequelize.getDialect(), 'sequelize must have one of the dialects')
}

async function openEngine(url: string, { busyTimeoutMs, lockTimeoutMs }: Patience): Promise<Engine> {
  const { dialect, connect, adapt = (driver) => driver } = parseURL(url)
  // Who has a pool does without it.
  const { Sequelize } = await import('sequelize')
  const options: Options & { keepDefaultTimezone: boolean } = {
    dialect,
    dialectModule: adapt(await loadDriver(dialect)),
    // Never the url: who parses it again reads it in another way, and may quote it.
    ...connect(),
    // Our statements say UTC themselves; this saves each new connection a round trip. Missing in Sequelize's types.
    keepDefaultTimezone: true,
    logging: false,
    pool: { max: poolSize, acquire: Math.max(leastConnectMs, busyTimeoutMs) },
  }
  const sequelize = new Sequelize(options)
  // All that is done on a file goes over one.
  const size = dialect === 'sqlite' ? 1 : poolSize
  if (dialect === 'sqlite') await sequelize.query('PRAGMA journal_mode = WAL')
  return { sequelize, database: openDatabase(sequelize, dialect, { size, lockTimeoutMs }) }
}

function openDatabase(sequelize: SequelizeLike, dialect: SQLDialect, own?: OwnConnections): Database {
  const connections = connectionsOf(sequelize)
  const pool = dialect === 'sqlite' ? new SingleConnection(connections) : connections
  const database = new Database(pool, dialects[dialect], own)
  sequelize.addHook?.('afterConnect', (connection) => database.noteMade(connection))
  return database
}
