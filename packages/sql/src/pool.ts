import { NoConnection } from './errors.ts'
import type { ConnectionPool } from './sequelize.ts'

/** Milliseconds that a new connection is given at least: a call that waits for nobody must still be able to make one, of a busy server. */
export const leastConnectMs = 5_000

/** The connections of one Sequelize, as they are needed: had in bounded time, and none of those that lead nowhere. */
export class Pool {
  readonly #pool: ConnectionPool
  /** Which connection is which in the order in which they were made; those from before we looked have none. */
  readonly #ages = new WeakMap<object, number>()
  #made = 1
  /** How many had been made when each was last acquired. */
  readonly #known = new WeakMap<object, number>()
  /** So many of the first are of no use any more. */
  #retired = 0

  constructor(pool: ConnectionPool) {
    this.#pool = pool
  }

  /** @throws NoConnection where none is free in time, however long the pool itself would wait */
  async acquire(from: 'primary' | 'replica', until: number): Promise<object> {
    for (;;) {
      const pooled = await this.#acquire(from, until)
      if (this.#pool.tells === false && !this.#ages.has(pooled)) this.noteMade(pooled)
      this.#known.set(pooled, this.#made)
      if ((this.#ages.get(pooled) ?? 1) > this.#retired) return pooled
      this.destroy(pooled)
      // Should it come again all the same, it is the only one there is.
      this.noteMade(pooled)
    }
  }

  /** To be told of each connection that is made. */
  noteMade(connection: object): void {
    this.#ages.set(connection, ++this.#made)
  }

  /** Resolves when others can have it, where that takes time. */
  release(pooled: object): unknown {
    return this.#pool.releaseConnection(pooled)
  }

  /** It may fail to say goodbye on a connection that is broken, and nothing follows from that. */
  destroy(pooled: object): void {
    this.#pool.destroyConnection(pooled).catch(() => undefined)
  }

  /**
   * It leads nowhere any more, or to a server that takes no writes. So may all that were there when it was acquired, each of which
   * would be found out by another call that fails.
   */
  retire(pooled: object): void {
    this.#retired = Math.max(this.#retired, this.#known.get(pooled) ?? 0)
  }

  async #acquire(from: 'primary' | 'replica', until: number): Promise<object> {
    const acquiring = this.#pool.getConnection({ type: 'SELECT', useMaster: from === 'primary' })
    return new Promise((resolve, reject) => {
      let isLate = false
      const timer = setTimeout(
        () => {
          isLate = true
          reject(new NoConnection())
        },
        Math.max(leastConnectMs, until - performance.now()),
      )
      acquiring.then(
        (pooled) => {
          clearTimeout(timer)
          // Nobody waits for it any more.
          if (isLate) void Promise.resolve(this.release(pooled)).catch(() => undefined)
          else resolve(pooled)
        },
        (error: unknown) => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })
  }
}
