/** What is used of a prepared statement of better-sqlite3. */
export interface SQLiteStatement {
  readonly reader: boolean
  readonly source: string
  run(...parameters: unknown[]): { changes: number }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
  pluck(): this
  safeIntegers(toggle: boolean): this
}

/** A function that runs in a transaction of its own. */
export interface SQLiteTransaction<T, TArgument> {
  deferred(argument: TArgument): T
  immediate(argument: TArgument): T
}

/** What is used of a better-sqlite3 `Database`, so that our types do not drag in the driver's. */
export interface SQLiteDatabase {
  readonly open: boolean
  readonly inTransaction: boolean
  prepare(sql: string): SQLiteStatement
  exec(sql: string): unknown
  pragma(sql: string, options?: { simple?: boolean }): unknown
  transaction<T, TArgument>(work: (argument: TArgument) => T): SQLiteTransaction<T, TArgument>
  close(): unknown
}

const methods = ['prepare', 'exec', 'pragma', 'transaction', 'close'] as const
const flags = ['open', 'inTransaction'] as const

/** @throws TypeError for what has not the methods of better-sqlite3, such as a `DatabaseSync` of `node:sqlite` */
export function assertDatabase(database: object): asserts database is SQLiteDatabase {
  const given = database as Record<string, unknown>
  const missing =
    methods.find((name) => typeof given[name] !== 'function') ?? flags.find((name) => typeof given[name] !== 'boolean')
  if (missing === undefined) return
  const kind = Object.getPrototypeOf(database)?.constructor?.name
  const what = typeof kind === 'string' && kind !== 'Object' ? `a ${kind}` : 'an object'
  throw new TypeError(`database must be a Database of better-sqlite3, not ${what} without ${missing}.`)
}
