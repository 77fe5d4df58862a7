import type { SQLiteDatabase, SQLiteStatement } from '../../src/database.ts'

/** A database that writes down the text of each prepared statement that is executed, and how many rows it gave. */
export class CountingDatabase {
  /** For the store. */
  readonly database: SQLiteDatabase
  executed: { source: string; rows: number }[] = []

  constructor(database: SQLiteDatabase) {
    const prepare = (sql: string): SQLiteStatement => this.#count(database.prepare(sql))
    this.database = new Proxy(database, {
      get(target, name) {
        if (name === 'prepare') return prepare
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  /** How often statements were executed whose text matches. */
  count(pattern: RegExp): number {
    return this.executed.filter(({ source }) => pattern.test(source)).length
  }

  #count(statement: SQLiteStatement): SQLiteStatement {
    return new Proxy(statement, {
      get: (target, name, proxy) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        return (...parameters: unknown[]) => {
          const result: unknown = value.apply(target, parameters)
          if (name === 'all' || name === 'get' || name === 'run') {
            this.executed.push({ source: statement.source, rows: Array.isArray(result) ? result.length : 1 })
          }
          return result === target ? proxy : result
        }
      },
    })
  }
}
