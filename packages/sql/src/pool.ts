import { NoConnection } from './errors.ts'
import type { ConnectionPool } from './sequelize.ts'

/** Milliseconds for which a connection is waited for at least: a call that waits for nobody must still be able to make one. */
const leastMs = 1_000
/** The same where nobody is in the way, and it is being made: a busy server takes its time. */
export const leastConnectMs = 5_000
/** How many connections the pools of drivers have at most where nothing else was said: those of pg, mysql2 and mariadb. */
const usualSize = 10

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
  /** When each was made, as a number that grows; those from before we looked have none. */
  readonly #ages = new WeakMap<object, number>()
  #now = 1
  /** What was made until then is of no use any more. */
  #retired = 0
  /** So many more of those were being made then. */
  #toCome = 0
  /** How many wait for one. */
  #waiting = 0

  constructor(pool: ConnectionPool, { size = 0 }: OwnConnections) {
    this.#pool = pool
    this.#size = size
  }

  /** @throws NoConnection where none is free in time, however long the pool itself would wait */
  async acquire(from: 'primary' | 'replica', until: number): Promise<object> {
    for (;;) {
      const pooled = await this.#acquire(from, until)
      this.#inUse.add(pooled)
      if (this.#ageOf(pooled) > this.#retired) return pooled
      this.destroy(pooled)
      // Should it come again all the same, it is the only one there is.
      this.#note(pooled)
    }
  }

  /** To be told of each connection that is made. */
  noteMade(connection: object): void {
    this.#note(connection, 0)
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
   * It leads nowhere any more, or to a server that takes no writes. So may all that are there, and all that are being made: each would be
   * found out by another call that fails. Of one that had been found out like this nothing more follows.
   */
  retire(pooled: object): void {
    if (this.#ageOf(pooled) <= this.#retired) return
    this.#retired = this.#now++
    this.#toCome = this.#pool.making ?? Math.min(this.#waiting, usualSize)
  }

  #ageOf(pooled: object): number {
    return this.#ages.get(pooled) ?? 1
  }

  /** @param since - it may have been begun then: before those that were there were retired, it may be one of them */
  #note(connection: object, since = this.#now): void {
    const isOld = since <= this.#retired && this.#toCome > 0
    if (isOld) this.#toCome--
    this.#ages.set(connection, isOld ? this.#retired : ++this.#now)
  }

  async #acquire(from: 'primary' | 'replica', until: number): Promise<object> {
    const since = this.#now
    this.#waiting++
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
      const over = (): void => {
        this.#waiting--
        clearTimeout(timer)
      }
      acquiring.then(
        (pooled) => {
          over()
          if (this.#pool.tells === false && !this.#ages.has(pooled)) this.#note(pooled, since)
          // Nobody waits for it any more.
          if (isLate) void Promise.resolve(this.#pool.releaseConnection(pooled)).catch(() => undefined)
          else resolve(pooled)
        },
        (error: unknown) => {
          over()
          reject(error)
        },
      )
    })
  }
}
