import type { ConnectionPool } from './sequelize.ts'

/**
 * One connection of our own to a SQLite database. Sequelize has a single one for all that is no transaction of its own, and
 * whatever else runs on that would become part of ours. A file is closed with the Sequelize.
 */
export class SingleConnection implements ConnectionPool {
  readonly #pool: ConnectionPool
  #connection: Promise<object> | undefined
  #turn: Promise<void> = Promise.resolve()
  #endTurn: () => void = () => {}

  constructor(pool: ConnectionPool) {
    this.#pool = pool
  }

  async getConnection(options: { type: string }): Promise<object> {
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turn = promise
    await before
    this.#endTurn = resolve
    try {
      this.#connection ??= this.#pool.getConnection({ ...options, uuid: '@sessions/sql' })
      return await this.#connection
    } catch (error) {
      this.#connection = undefined
      resolve()
      throw error
    }
  }

  releaseConnection(): void {
    this.#endTurn()
  }

  /** It stays: a file does not go away in the middle of a statement. */
  async destroyConnection(): Promise<void> {
    this.#endTurn()
  }
}
