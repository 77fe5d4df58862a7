import { SessionError } from '@sessions/core'
import type { Connection } from './connection.ts'
import type { Dialect, Server } from './dialects/dialect.ts'
import { isLost, isRefusal, isRolledBack, isUnprepared, mapError } from './errors.ts'
import type { ConnectionPool } from './sequelize.ts'
import type { Statement } from './statement.ts'

/** What a transaction leaves: a result, and whether to keep what was written. */
export interface Outcome<T> {
  result: T
  keep: boolean
}

/** A server of which nothing needs to be known. */
const plain: Server = { mariadb: false, galera: false }

/** Work with the pooled connections of one Sequelize. Its own query path is left out: it logs values, and takes longer. */
export class Database {
  readonly dialect: Dialect
  readonly #pool: ConnectionPool
  readonly #connections = new WeakMap<object, Connection>()
  readonly #done = new Map<string, Promise<void>>()
  /** The names of the statements that were prepared ahead. */
  readonly #prepared = new WeakMap<Connection, Set<string>>()
  #server: Promise<Server> | undefined
  /** Ends for good where a pooler hands each transaction to another connection of the server. */
  #prepares = true

  constructor(pool: ConnectionPool, dialect: Dialect) {
    this.#pool = pool
    this.dialect = dialect
  }

  /** Reads in one or more statements that need not agree with each other. */
  read<T>(from: 'primary' | 'replica', work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#withPrepared(() => this.#use(from, work))
  }

  /** Runs one statement that writes. @throws SESSION_UNAVAILABLE that is `ambiguous` where no answer came */
  write<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#withPrepared(() => this.#use('primary', (connection) => answered(() => work(connection), isRefusal)))
  }

  /**
   * Runs work in one transaction, of these statements alone.
   * @throws SESSION_UNAVAILABLE that is `ambiguous` where the commit was not answered
   */
  transaction<T>(
    { statements, lockTimeoutMs }: { statements: readonly Statement[]; lockTimeoutMs: number },
    work: (connection: Connection) => Promise<Outcome<T>>,
  ): Promise<T> {
    return this.#withPrepared(() =>
      this.#use('primary', async (connection) => {
        await this.#prepareAhead(connection, statements)
        await connection.execute(this.dialect.begin(lockTimeoutMs))
        const { result, keep } = await work(connection)
        if (keep) await answered(() => connection.execute('COMMIT'), isRolledBack)
        else await connection.execute('ROLLBACK')
        return result
      }),
    )
  }

  /** Does work that is not needed again, however many want it, as long as it succeeds. */
  async once(key: string, work: () => Promise<void>): Promise<void> {
    const done = this.#done.get(key) ?? work()
    this.#done.set(key, done)
    try {
      await done
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
  async server(): Promise<Server> {
    await this.read('primary', async () => undefined)
    return (await this.#server) ?? plain
  }

  /** Makes tables while nobody else does. */
  exclusively(work: (connection: Connection, server: Server) => Promise<void>): Promise<void> {
    return this.#use('primary', async (connection) => {
      const server = (await this.#server) ?? plain
      await this.dialect.exclusively(connection, () => work(connection, server))
    })
  }

  /**
   * Galera aborts a transaction that another node's came before, and tells so with the next statement; but where that was just
   * being prepared, it ran outside of any transaction, and so did what followed (each time that it was seen, in MariaDB
   * 10.11). So nothing is prepared inside of one.
   */
  async #prepareAhead(connection: Connection, statements: readonly Statement[]): Promise<void> {
    if ((await this.#server)?.galera !== true) return
    const prepared = this.#prepared.get(connection) ?? new Set()
    this.#prepared.set(connection, prepared)
    for (const statement of statements) {
      if (prepared.has(statement.name)) continue
      await connection.prepare?.(statement)
      prepared.add(statement.name)
    }
  }

  async #withPrepared<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!isUnprepared(error)) throw error
      this.#prepares = false
      return await work()
    }
  }

  /** Gives the connection back whatever happens: for further use, or to be thrown away where its state is unknown. */
  async #use<T>(from: 'primary' | 'replica', work: (connection: Connection) => Promise<T>): Promise<T> {
    const pooled = await this.#pool.getConnection({ type: 'SELECT', useMaster: from === 'primary' })
    let usable = false
    try {
      const connection = await this.#connect(pooled)
      try {
        const result = await work(connection)
        usable = true
        return result
      } catch (error) {
        usable = await this.#recover(connection, error)
        throw error
      }
    } finally {
      if (usable) this.#pool.releaseConnection(pooled)
      // It may fail to say goodbye on a connection that is broken, and nothing follows from that.
      else this.#pool.destroyConnection(pooled).catch(() => undefined)
    }
  }

  /** Ends a transaction that may be open. Whether the connection can be used again. */
  async #recover(connection: Connection, error: unknown): Promise<boolean> {
    if (isLost(error) || (error instanceof SessionError && error.ambiguous)) return false
    try {
      await connection.execute('ROLLBACK')
      return true
    } catch (failure) {
      if (isLost(failure) || isRefusal(failure)) return false
      throw failure
    }
  }

  async #connect(pooled: object): Promise<Connection> {
    const known = this.#connections.get(pooled)
    if (known !== undefined) return known
    const connection = this.dialect.connect(pooled, () => this.#prepares)
    this.#server ??= this.#inspect(connection)
    const greeting = this.dialect.greeting?.(await this.#server)
    if (greeting !== undefined) await connection.execute(greeting)
    this.#connections.set(pooled, connection)
    return connection
  }

  async #inspect(connection: Connection): Promise<Server> {
    try {
      return (await this.dialect.inspect?.(connection)) ?? plain
    } catch (error) {
      this.#server = undefined
      throw error
    }
  }
}

/** Runs what changes the database at once. Where it fails, only an answer that `isUndone` knows says that nothing was done. */
async function answered<T>(work: () => Promise<T>, isUndone: (error: unknown) => boolean): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isUndone(error)) throw error
    throw mapError(error, { ambiguous: true }) ?? error
  }
}
