import type { ConnectionPool } from '../sequelize.ts'
import { hasMethods } from './has-methods.ts'

/** What is used of a `Pool` of pg, and of what is like one, such as Neon's. */
export interface PgPool {
  readonly totalCount: number
  connect(): Promise<PgPoolClient>
  query(text: string): Promise<unknown>
  end(): Promise<unknown>
}

/** What is used of a client of it. */
export interface PgPoolClient {
  release(destroy?: boolean): unknown
  on(event: 'error', listener: () => void): unknown
  off(event: 'error', listener: () => void): unknown
}

export function isPgPool(pool: object): pool is PgPool {
  // A `Client` connects too, once.
  return hasMethods(pool, 'connect', 'query', 'end') && typeof (pool as Partial<PgPool>).totalCount === 'number'
}

export function pgPool(pool: PgPool): ConnectionPool {
  const give = (connection: object, isBroken: boolean): void => {
    const client = connection as PgPoolClient
    client.off('error', ignore)
    client.release(isBroken)
  }
  return {
    getConnection: async () => {
      const client = await pool.connect()
      // What it says while it is used, whoever uses it hears; without a listener, it would end the process.
      client.on('error', ignore)
      return client
    },
    releaseConnection: (client) => give(client, false),
    destroyConnection: async (client) => give(client, true),
  }
}

function ignore(): void {}
