import type { Connection, Row } from '../connection.ts'
import type { Value } from '../statement.ts'
import { decode } from './raw.ts'

/** A row as the driver types it. */
type TypedRow = Readonly<Record<string, string | number | Uint8Array | null>>

/** What is used of a `Database` of sqlite3. */
interface SQLite3Database {
  all(sql: string, values: readonly Value[], callback: (error: Error | null, rows?: TypedRow[]) => void): void
  run(sql: string, values: readonly Value[], callback: (this: { changes: number }, error: Error | null) => void): void
}

/** A connection of sqlite3. */
export function connectSQLite3(connection: object): Connection {
  const database = connection as SQLite3Database
  const all = (text: string, values: readonly Value[]): Promise<Row[]> =>
    new Promise((resolve, reject) => {
      database.all(text, values, (error, rows = []) => (error ? reject(error) : resolve(rows.map(toRow))))
    })
  const run = (text: string, values: readonly Value[]): Promise<number> =>
    new Promise((resolve, reject) => {
      database.run(text, values, function (error) {
        if (error) reject(error)
        else resolve(this.changes)
      })
    })
  const execute = async (text: string, values: readonly Value[]): Promise<{ rows: Row[]; affected: number }> =>
    /^\s*(SELECT|WITH|PRAGMA)\b/i.test(text)
      ? { rows: await all(text, values), affected: 0 }
      : { rows: [], affected: await run(text, values) }
  return {
    run: ({ text }, values) => execute(text, values),
    execute: (text) => execute(text, []),
  }
}

function toRow(row: TypedRow): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, typeof value === 'number' ? String(value) : decode(value)]),
  )
}
