import type { ConnectionPool } from '../sequelize.ts'
import { hasMethods } from './has-methods.ts'

/** What is used of a pool of the driver mariadb. */
export interface MariaDBPool {
  getConnection(): Promise<MariaDBPoolConnection>
  idleConnections(): number
}

/** What is used of a connection of it. */
export interface MariaDBPoolConnection {
  readonly info: object | null
  release(): unknown
  destroy(): unknown
}

export function isMariaDBPool(pool: object): pool is MariaDBPool {
  // That with callbacks takes one.
  return (
    hasMethods(pool, 'getConnection', 'idleConnections') &&
    (pool as { getConnection: { length: number } }).getConnection.length === 0
  )
}

/**
 * Each connection comes as another object every time. The first one serves for all, and with it what is known of the connection: settled
 * anew, it would be described by what the driver remembers of its results from before.
 */
export function mariadbPool(pool: MariaDBPool): ConnectionPool {
  const first = new WeakMap<object, MariaDBPoolConnection>()
  return {
    getConnection: async () => {
      const connection = await pool.getConnection()
      // The same for as long as the connection lasts.
      const { info } = connection
      if (info === null) return connection
      const known = first.get(info) ?? connection
      first.set(info, known)
      return known
    },
    releaseConnection: (connection) => (connection as MariaDBPoolConnection).release(),
    destroyConnection: async (connection) => void (connection as MariaDBPoolConnection).destroy(),
  }
}
