/** What is used of a prepared statement of better-sqlite3. */
export interface SQLiteStatement {
  readonly reader: boolean
  run(...parameters: unknown[]): { changes: number }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
  pluck(): this
  safeIntegers(toggle: boolean): this
}

/** What is used of a better-sqlite3 `Database`, so that our types do not drag in the driver's. */
export interface SQLiteDatabase {
  readonly open: boolean
  readonly inTransaction: boolean
  prepare(sql: string): SQLiteStatement
  exec(sql: string): unknown
  pragma(sql: string, options?: { simple?: boolean }): unknown
  transaction<T, TArgument>(work: (argument: TArgument) => T): { immediate(argument: TArgument): T }
  close(): unknown
}
