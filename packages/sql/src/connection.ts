import type { Statement, Value } from './statement.ts'

/** A row by the names of its columns. Every value is a text, whatever the driver would make of it: `values.ts` reads them. */
export type Row = Readonly<Record<string, string | null>>

/** What a statement gave. */
export interface Result {
  readonly rows: readonly Row[]
  /** How many rows were written. */
  readonly affected: number
  /** How often the server had something to say about it; 0 where a driver does not tell. */
  readonly warnings?: number
  /** MySQL and MariaDB: the value that the statement gave to `LAST_INSERT_ID()`. */
  readonly lastId?: number
  /** MySQL and MariaDB: the number of the collation in which texts arrive, where there are any. */
  readonly charset?: number | undefined
}

/** A connection of a driver, used in one way whatever the driver and however it was configured. */
export interface Connection {
  /** Runs a statement with its values, prepared where the driver can. */
  run(statement: Statement, values: readonly Value[]): Promise<Result>
  /** Runs a text that has no parameters: a transaction's edges, the making of tables. */
  execute(text: string): Promise<Result>
  /** How many bytes the server takes of one statement with its values; without it, far more than there can be. */
  readonly packetBytes?: number
  /** MySQL and MariaDB: what tells the character set in which the driver sends texts from others. */
  encoding?(): unknown
  /** Whether somebody has changed meanwhile how the server reads what is sent, where the driver is told. */
  wasChanged?(): boolean
}
