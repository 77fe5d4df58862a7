import { SessionError } from '@sessions/core'
import type { Connection } from '../connection.ts'
import { isLost } from '../errors.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import type { ConnectionPool } from '../sequelize.ts'
import type { Savepoints } from './savepoints.ts'

/**
 * The one connection of a client of the caller's, for one call at a time, each between a savepoint and its release: one that fails is
 * undone, and leaves the transaction as it was. The client itself is never released or closed.
 */
export class JoinedPool implements ConnectionPool {
  readonly #client: object
  readonly #connection: Connection
  readonly #savepoints: Savepoints
  readonly #turns = new OneAtATime()
  /** Whether the last call could not be undone. */
  isLost = false

  constructor(client: object, connection: Connection, savepoints: Savepoints) {
    this.#client = client
    this.#connection = connection
    this.#savepoints = savepoints
  }

  async getConnection(): Promise<object> {
    await this.#turns.begin()
    try {
      await this.#begin()
      return this.#client
    } catch (error) {
      this.#turns.end()
      throw error
    }
  }

  async releaseConnection(): Promise<void> {
    try {
      for (const text of this.#savepoints.release) await this.#connection.execute(text)
      this.#turns.end()
    } catch (error) {
      await this.destroyConnection()
      throw error
    }
  }

  /** Undoes what the call has done, as far as there is something left to be undone. */
  async destroyConnection(): Promise<void> {
    try {
      await this.#connection.execute(this.#savepoints.undo)
      for (const text of this.#savepoints.release) await this.#connection.execute(text)
    } catch {
      this.isLost = true
    } finally {
      this.#turns.end()
    }
  }

  async #begin(): Promise<void> {
    const { probe, begin } = this.#savepoints
    try {
      if (probe !== undefined && (await this.#succeeds(probe))) {
        await this.#connection.execute('ROLLBACK')
        throw refusal('No transaction is open on the client.')
      }
      for (const text of begin) await this.#connection.execute(text)
      this.isLost = false
    } catch (error) {
      throw isNoTransaction(error) ? refusal('No transaction is open on the client.', error) : error
    }
  }

  async #succeeds(text: string): Promise<boolean> {
    try {
      await this.#connection.execute(text)
      return true
    } catch (error) {
      if (isLost(error)) throw error
      return false
    }
  }
}

/** 25P01 of Postgres; 1305, that there is no such savepoint, of MySQL and MariaDB. */
function isNoTransaction(error: unknown): boolean {
  const { code, errno } = error as { code?: unknown; errno?: unknown }
  return code === '25P01' || errno === 1305
}

export function refusal(why: string, cause?: unknown): SessionError {
  const message = `${why} A store of using() writes within the transaction that you began, until you end it. Nothing was written.`
  return new SessionError('SESSION_UNSUPPORTED', message, { cause })
}
