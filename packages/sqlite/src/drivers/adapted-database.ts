import type { SQLiteDatabase, SQLiteStatement, SQLiteTransaction } from '../database.ts'

/** A row by its columns. */
export type Row = Record<string, unknown>

/** What a driver has to give of a prepared statement: integers as numbers, and `undefined` where there is no row. */
export interface AdaptedStatement {
  run(parameters: readonly unknown[]): { changes: number }
  get(parameters: readonly unknown[]): Row | undefined
  all(parameters: readonly unknown[]): Row[]
}

/** What a driver has to give of a database. */
export interface Adapted {
  readonly isOpen: boolean
  readonly inTransaction: boolean
  prepare(sql: string): AdaptedStatement
  /** The rows of what is not prepared for more than once. */
  query(sql: string): Row[]
  exec(sql: string): unknown
  close(): unknown
}

/** A database of another driver in the shape of better-sqlite3. */
export class AdaptedDatabase implements SQLiteDatabase {
  readonly #database: Adapted

  constructor(database: Adapted) {
    this.#database = database
  }

  get open(): boolean {
    return this.#database.isOpen
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  prepare(sql: string): SQLiteStatement {
    return new PreparedStatement(sql, this.#database.prepare(sql))
  }

  exec(sql: string): unknown {
    return this.#database.exec(sql)
  }

  pragma(sql: string, { simple = false }: { simple?: boolean } = {}): unknown {
    const rows = this.#database.query(`PRAGMA ${sql}`)
    return simple ? rows.map(firstValue)[0] : rows
  }

  transaction<T, TArgument>(work: (argument: TArgument) => T): SQLiteTransaction<T, TArgument> {
    const run = (begin: string, argument: TArgument): T => {
      this.exec(begin)
      try {
        const result = work(argument)
        this.exec('COMMIT')
        return result
      } catch (error) {
        // A full disk has ended it already.
        if (this.inTransaction) this.exec('ROLLBACK')
        throw error
      }
    }
    return {
      deferred: (argument) => run('BEGIN', argument),
      immediate: (argument) => run('BEGIN IMMEDIATE', argument),
    }
  }

  close(): unknown {
    return this.#database.close()
  }
}

class PreparedStatement implements SQLiteStatement {
  /** Whatever it is, it can be asked for its rows. */
  readonly reader = true
  readonly source: string
  readonly #statement: AdaptedStatement
  #shape: ((row: Row) => unknown) | undefined

  constructor(source: string, statement: AdaptedStatement) {
    this.source = source
    this.#statement = statement
  }

  run(...parameters: unknown[]): { changes: number } {
    return this.#statement.run(parameters)
  }

  get(...parameters: unknown[]): unknown {
    const row = this.#statement.get(parameters)
    return this.#shape === undefined || row === undefined ? row : this.#shape(row)
  }

  all(...parameters: unknown[]): unknown[] {
    const rows = this.#statement.all(parameters)
    return this.#shape === undefined ? rows : rows.map(this.#shape)
  }

  pluck(): this {
    this.#shape = firstValue
    return this
  }

  raw(): this {
    this.#shape = Object.values
    return this
  }

  /** Integers are numbers anyway. */
  safeIntegers(): this {
    return this
  }
}

function firstValue(row: Row): unknown {
  for (const column in row) return row[column]
  return undefined
}
