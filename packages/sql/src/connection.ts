import type { Statement, Value } from './statement.ts'

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>

/** What a statement gave. */
export interface Result {
  readonly rows: readonly Row[]
  /** How many rows were written. */
  readonly affected: number
}

/** A connection of a driver, used in one way whatever the driver. */
export interface Connection {
  /** Runs a statement with its values, prepared where the driver can. */
  run(statement: Statement, values: readonly Value[]): Promise<Result>
  /** Runs a text that has no parameters: a transaction's edges, the making of tables. */
  execute(text: string): Promise<Result>
}
