import type { SQLClient, SQLStore, SQLStoreOptions } from '@sessions/sql'
import { createPool as createMariaDBPool } from 'mariadb'
import { createPool as createMySQLPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { openSequelize } from './sequelize.ts'

/** A transaction of a user's, with other tables beside the sessions. */
export interface UserTransaction {
  readonly client: SQLClient
  query(text: string): Promise<unknown>
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** A pool or a Sequelize of a user's. */
export interface UserDatabase {
  readonly options: SQLStoreOptions
  begin(): Promise<UserTransaction>
  /** Without a transaction. */
  idle(): Promise<{ client: SQLClient; release(): void }>
  query(text: string): Promise<unknown>
  end(): Promise<void>
}

/** What all drivers' clients have. */
interface Client {
  query(text: string): Promise<unknown>
  release(): unknown
}

function ofClients(pool: object, take: () => Promise<Client & SQLClient>, begin: string): UserDatabase {
  const { query, end } = pool as { query(text: string): Promise<unknown>; end(): Promise<void> }
  return {
    options: { pool: pool as never },
    query: (text) => query.call(pool, text),
    end: () => end.call(pool),
    idle: async () => {
      const client = await take()
      return { client, release: () => void client.release() }
    },
    begin: async () => {
      const client = await take()
      await client.query(begin)
      const ended = async (text: string): Promise<void> => {
        await client.query(text)
        await client.release()
      }
      return {
        client,
        query: (text) => client.query(text),
        commit: () => ended('COMMIT'),
        rollback: () => ended('ROLLBACK'),
      }
    },
  }
}

/** Each kind of client that a store can join, on a database of this url. */
export const kinds = {
  pg: (url: string): UserDatabase => {
    const pool = new Pool({ connectionString: url })
    return ofClients(pool, () => pool.connect(), 'BEGIN')
  },
  mariadb: (url: string): UserDatabase => {
    const pool = createMariaDBPool(url)
    return ofClients(pool, () => pool.getConnection() as never, 'START TRANSACTION')
  },
  mysql2: (url: string): UserDatabase => {
    const pool = createMySQLPool(url.replace('mariadb:', 'mysql:'))
    return ofClients(pool, () => pool.getConnection() as never, 'START TRANSACTION')
  },
  sequelize: (url: string): UserDatabase => {
    const sequelize = openSequelize(url)
    return {
      options: { sequelize },
      query: (text) => sequelize.query(text),
      end: () => sequelize.close(),
      idle: async () => {
        const transaction = await sequelize.transaction()
        await transaction.commit()
        return { client: transaction, release: () => {} }
      },
      begin: async () => {
        const transaction = await sequelize.transaction()
        return {
          client: transaction,
          query: (text) => sequelize.query(text, { transaction }),
          commit: () => transaction.commit(),
          rollback: () => transaction.rollback(),
        }
      },
    }
  },
}

/** Does work in a transaction of the user's, and commits it. */
export async function committing<T>(
  { begin }: UserDatabase,
  store: SQLStore,
  work: (joined: SQLStore, transaction: UserTransaction) => Promise<T>,
): Promise<T> {
  const transaction = await begin()
  try {
    const result = await work(store.using(transaction.client), transaction)
    await transaction.commit()
    return result
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}
