import { OneAtATime } from './one-at-a-time.ts'
import type { ConnectionPool } from './sequelize.ts'

/**
 * One connection of our own to a SQLite database. Sequelize has a single one for all that is no transaction of its own, and
 * whatever else runs on that would become part of ours. A file is closed with the Sequelize.
 */
export class SingleConnection implements ConnectionPool {
  readonly #pool: ConnectionPool
  #connection: Promise<object> | undefined
  readonly #turns = new OneAtATime()

  constructor(pool: ConnectionPool) {
    this.#pool = pool
  }

  async getConnection(options: { type: string }): Promise<object> {
    await this.#turns.begin()
    try {
      this.#connection ??= this.#pool.getConnection({ ...options, uuid: '@sessions/sql' })
      return await this.#connection
    } catch (error) {
      this.#connection = undefined
      this.#turns.end()
      throw error
    }
  }

  releaseConnection(): void {
    this.#turns.end()
  }

  /** It stays: a file does not go away in the middle of a statement. */
  async destroyConnection(): Promise<void> {
    this.#turns.end()
  }
}
