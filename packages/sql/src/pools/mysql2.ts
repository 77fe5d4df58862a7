import type { ConnectionPool } from '../sequelize.ts'
import { hasMethods } from './has-methods.ts'

/** What is used of a pool of mysql2/promise. */
export interface MySQL2Pool {
  readonly pool: object
  getConnection(): Promise<MySQL2PoolConnection>
  execute(text: string): Promise<unknown>
}

/** What is used of a connection of it. */
export interface MySQL2PoolConnection {
  /** The connection with callbacks, which is the same each time. */
  readonly connection: object
}

interface CallbackConnection {
  release(): unknown
  destroy(): unknown
}

export function isMySQL2Pool(pool: object): pool is MySQL2Pool {
  // That with callbacks has `promise()` instead.
  return hasMethods(pool, 'getConnection', 'execute') && typeof (pool as Partial<MySQL2Pool>).pool === 'object'
}

export function mysql2Pool(pool: MySQL2Pool): ConnectionPool {
  return {
    getConnection: async () => (await pool.getConnection()).connection,
    releaseConnection: (connection) => (connection as CallbackConnection).release(),
    destroyConnection: async (connection) => void (connection as CallbackConnection).destroy(),
  }
}
