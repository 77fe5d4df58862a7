import { NoConnection } from './errors.ts'
import type { ConnectionPool } from './sequelize.ts'

/** The connections of one Sequelize, as they are needed: had in bounded time, and none of those that lead nowhere. */
export class Pool {
  readonly #pool: ConnectionPool
  /** Which connection is which in the order in which they were first seen. */
  readonly #ages = new WeakMap<object, number>()
  #seen = 0
  /** How many were known when each was last acquired. */
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
      const age = this.#ages.get(pooled) ?? ++this.#seen
      this.#ages.set(pooled, age)
      this.#known.set(pooled, this.#seen)
      if (age > this.#retired) return pooled
      this.destroy(pooled)
    }
  }

  release(pooled: object): void {
    this.#pool.releaseConnection(pooled)
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
        Math.max(1, until - performance.now()),
      )
      acquiring.then(
        (pooled) => {
          clearTimeout(timer)
          // Nobody waits for it any more.
          if (isLate) this.release(pooled)
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
