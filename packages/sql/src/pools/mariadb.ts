import type { ConnectionPool } from '../sequelize.ts'
import { hasMethods } from './has-methods.ts'

/** What is used of a pool of the driver mariadb. */
export interface MariaDBPool {
  getConnection(): Promise<MariaDBPoolConnection>
  idleConnections(): number
}

/** What is used of a connection of it. */
export interface MariaDBPoolConnection {
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

/** Each connection comes as a new object, and is settled each time: the pool may have reset it. */
export function mariadbPool(pool: MariaDBPool): ConnectionPool {
  return {
    getConnection: () => pool.getConnection(),
    releaseConnection: (connection) => (connection as MariaDBPoolConnection).release(),
    destroyConnection: async (connection) => void (connection as MariaDBPoolConnection).destroy(),
  }
}
