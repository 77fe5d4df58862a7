import { SessionError } from '@sessions/core'
import type { Connection } from './connection.ts'
import type { Dialect, Purpose, Server } from './dialects/dialect.ts'
import {
  Collision,
  isLost,
  isReadOnly,
  isRefusal,
  isReset,
  isRolledBack,
  isUnprepared,
  isUnsent,
  mapError,
} from './errors.ts'
import { type Limits, lockTimeoutMs } from './limits.ts'
import { type OwnConnections, Pool } from './pool.ts'
import type { ConnectionPool } from './sequelize.ts'
import { unlessSilent } from './silence.ts'
import { Turns } from './turns.ts'

/** What a transaction leaves: a result, and whether to keep what was written. */
export interface Outcome<T> {
  result: T
  keep: boolean
}

/** A connection that is nobody else's. */
export interface Kept {
  readonly pooled: object
  readonly connection: Connection
  destroy(): void
}

/** A server of which nothing needs to be known. */
const anyServer: Server = { mariadb: false, galera: false }

type Work<T> = (connection: Connection) => Promise<Outcome<T>>

/** Work with the pooled connections of one Sequelize. Its own query path is left out: it logs values, and takes longer. */
export class Database {
  readonly dialect: Dialect
  /** Whose turn it is to write which session. */
  readonly turns: Turns = new Turns()
  readonly #pool: Pool
  readonly #connections = new WeakMap<object, { plain: Connection; settled: Connection }>()
  readonly #done = new Map<string, Promise<unknown>>()
  /** What is to be executed before others get the connection. */
  readonly #leaving = new WeakMap<Connection, string>()
  readonly #patience: string | undefined
  #server: Promise<Server> | undefined
  /** Ends for good where a pooler hands each transaction to another connection of the server. */
  #prepares = true

  constructor(pool: ConnectionPool, dialect: Dialect, own: OwnConnections = {}) {
    this.#pool = new Pool(pool, own)
    if (own.lockTimeoutMs !== undefined) this.#patience = dialect.patience?.(own.lockTimeoutMs)
    this.dialect = dialect
  }

  /** To be told of each connection that is made. */
  noteMade(connection: object): void {
    this.#pool.noteMade(connection)
  }

  /** Reads in one or more statements that need not agree with each other. */
  read<T>(limits: Limits, from: 'primary' | 'replica', work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#withPrepared(() => this.#use(limits, from, work))
  }

  /** Runs one statement that writes. @throws SESSION_UNAVAILABLE that is `ambiguous` where no answer came */
  write<T>(limits: Limits, work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#withPrepared(() =>
      this.#use(limits, 'primary', (connection) => answered(() => work(connection), isRefusal)),
    )
  }

  /**
   * Runs work in one transaction.
   * @throws SESSION_UNAVAILABLE that is `ambiguous` where the commit was not answered
   */
  transaction<T>(limits: Limits, purpose: Purpose, work: Work<T>): Promise<T> {
    return this.#withPrepared(() =>
      this.#use(limits, 'primary', async (connection) => {
        const server = (await this.#server) ?? anyServer
        const { begin, verify, leave } = this.dialect.transaction(lockTimeoutMs(limits), server, purpose)
        if (leave !== undefined) this.#leaving.set(connection, leave)
        for (const text of begin) await connection.execute(text)
        const { result, keep } = await (verify === undefined
          ? work(connection)
          : lasting(
              () => work(connection),
              () => connection.execute(verify),
            ))
        if (keep) await answered(() => connection.execute('COMMIT'), isRolledBack)
        else await connection.execute('ROLLBACK')
        return result
      }),
    )
  }

  /** A connection that others do not get any more, until it is destroyed. */
  async keep(limits: Limits): Promise<Kept> {
    const pooled = await this.#pool.acquire('primary', limits.until)
    const destroy = (): void => this.#pool.destroy(pooled)
    try {
      return { pooled, connection: await this.#connect(pooled, limits), destroy }
    } catch (error) {
      destroy()
      throw error
    }
  }

  /** Does work that is not needed again, however many want it, as long as it succeeds: always the same one for a key. */
  async once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#done.get(key) as Promise<T> | undefined) ?? work()
    this.#done.set(key, done)
    try {
      return await done
    } catch (error) {
      this.forget(key)
      throw error
    }
  }

  /** It is needed again. */
  forget(key: string): void {
    this.#done.delete(key)
  }

  /** What kind of server it is. */
  async server(limits: Limits): Promise<Server> {
    await this.read(limits, 'primary', async () => undefined)
    return (await this.#server) ?? anyServer
  }

  /** Makes tables on a connection that is its own for as long as it takes. */
  migrate(limits: Limits, work: (connection: Connection, server: Server) => Promise<void>): Promise<void> {
    return this.#use(limits, 'primary', async (connection) => work(connection, (await this.#server) ?? anyServer))
  }

  async #withPrepared<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (isUnprepared(error)) this.#prepares = false
      else if (!isReset(error)) throw error
      return await work()
    }
  }

  /** Gives the connection back whatever happens: for further use, or to be thrown away where its state is unknown. */
  async #use<T>(limits: Limits, from: 'primary' | 'replica', work: (connection: Connection) => Promise<T>): Promise<T> {
    const pooled = await this.#pool.acquire(from, limits.until)
    let usable = false
    try {
      const connection = await this.#connect(pooled, limits)
      try {
        const result = await work(connection)
        usable = await this.#leave(connection)
        return result
      } catch (error) {
        if (isUseless(error)) this.#pool.retire(pooled)
        else if (!isReset(error)) usable = await this.#recover(connection)
        throw error
      }
    } finally {
      if (usable) await this.#pool.release(pooled)
      else this.#pool.destroy(pooled)
    }
  }

  /** Ends a transaction that may be open. Whether the connection can be used again. */
  async #recover(connection: Connection): Promise<boolean> {
    try {
      await connection.execute('ROLLBACK')
      return await this.#leave(connection)
    } catch (failure) {
      if (isLost(failure) || isRefusal(failure)) return false
      throw failure
    }
  }

  /** Whether the connection is as it was found. What was done on it stands either way. */
  async #leave(connection: Connection): Promise<boolean> {
    const text = this.#leaving.get(connection)
    if (text === undefined) return true
    try {
      await connection.execute(text)
      return this.#leaving.delete(connection)
    } catch {
      return false
    }
  }

  async #connect(pooled: object, { silenceMs }: Limits): Promise<Connection> {
    const known = this.#connections.get(pooled)
    if (known !== undefined && known.settled.wasChanged?.() !== true) {
      return unlessSilent(known.settled, pooled, silenceMs)
    }
    const plain = known?.plain ?? this.dialect.connect(pooled, () => this.#prepares)
    const connection = unlessSilent(plain, pooled, silenceMs)
    this.#server ??= this.#inspect(connection)
    const settle = await this.dialect.settle?.(connection, await this.#server)
    if (this.#patience !== undefined) await connection.execute(this.#patience)
    const settled = settle?.(plain) ?? plain
    this.#connections.set(pooled, { plain, settled })
    return unlessSilent(settled, pooled, silenceMs)
  }

  async #inspect(connection: Connection): Promise<Server> {
    try {
      return (await this.dialect.inspect?.(connection)) ?? anyServer
    } catch (error) {
      this.#server = undefined
      throw error
    }
  }
}

/** Whether nothing good comes from the connection any more after this. */
function isUseless(error: unknown): boolean {
  return isReadOnly(error) || isLost(error) || (error instanceof SessionError && error.ambiguous)
}

/** @throws Collision where the transaction did not last as long as the work, which may have failed because of that */
async function lasting<T>(work: () => Promise<T>, verify: () => Promise<unknown>): Promise<T> {
  const [outcome] = await Promise.allSettled([work()])
  if (outcome.status === 'rejected' && isLost(outcome.reason)) throw outcome.reason
  try {
    await verify()
  } catch (error) {
    throw isLost(error) ? error : new Collision()
  }
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}

/** Runs what changes the database at once. Where it fails, only an answer that `isUndone` knows says that nothing was done. */
async function answered<T>(work: () => Promise<T>, isUndone: (error: unknown) => boolean): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isUndone(error) || isUnsent(error)) throw error
    throw mapError(error, { ambiguous: true }) ?? error
  }
}
