import { NoConnection } from './errors.ts'
import type { ConnectionPool } from './sequelize.ts'

/** Milliseconds for which a connection is waited for at least: a call that waits for nobody must still be able to make one. */
const leastMs = 1_000
/** The same where nobody is in the way, and it is being made: a busy server takes its time. */
export const leastConnectMs = 5_000

/** What is known of connections that only we use. */
export interface OwnConnections {
  /** How many there are at most. */
  readonly size?: number
  /** How long one may wait for a lock. */
  readonly lockTimeoutMs?: number
}

/** The connections of one Sequelize, as they are needed: had in bounded time, and none of those that lead nowhere. */
export class Pool {
  readonly #pool: ConnectionPool
  readonly #size: number
  readonly #inUse = new Set<object>()
  /** Which connection is which in the order in which they were made; those from before we looked have none. */
  readonly #ages = new WeakMap<object, number>()
  #made = 1
  /** How many had been made when each was last acquired. */
  readonly #known = new WeakMap<object, number>()
  /** So many of the first are of no use any more. */
  #retired = 0

  constructor(pool: ConnectionPool, { size = 0 }: OwnConnections) {
    this.#pool = pool
    this.#size = size
  }

  /** @throws NoConnection where none is free in time, however long the pool itself would wait */
  async acquire(from: 'primary' | 'replica', until: number): Promise<object> {
    for (;;) {
      const pooled = await this.#acquire(from, until)
      this.#inUse.add(pooled)
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
    this.#inUse.delete(pooled)
    return this.#pool.releaseConnection(pooled)
  }

  /** It may fail to say goodbye on a connection that is broken, and nothing follows from that. */
  destroy(pooled: object): void {
    this.#inUse.delete(pooled)
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
      const giveUp = (): void => {
        isLate = true
        reject(new NoConnection())
      }
      const waitMs = Math.max(leastMs, until - performance.now())
      let timer = setTimeout(() => {
        if (this.#inUse.size >= this.#size || waitMs >= leastConnectMs) giveUp()
        else timer = setTimeout(giveUp, leastConnectMs - waitMs)
      }, waitMs)
      acquiring.then(
        (pooled) => {
          clearTimeout(timer)
          // Nobody waits for it any more.
          if (isLate) void Promise.resolve(this.#pool.releaseConnection(pooled)).catch(() => undefined)
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
