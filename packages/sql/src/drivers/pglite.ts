import type { Connection, Result, Row } from '../connection.ts'
import type { Value } from '../statement.ts'

/** What is used of a transaction of PGlite. */
export interface PGliteTransaction {
  query(text: string, values: unknown[], options: object): Promise<PGliteResult>
  exec(text: string, options?: object): Promise<PGliteResult[]>
}

interface PGliteResult {
  rows: unknown[]
  affectedRows?: number
}

/** The types that our statements bind and give (https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat). */
const types = [16, 18, 19, 20, 21, 23, 25, 26, 114, 700, 701, 1007, 1009, 1015, 1016, 1042, 1043, 1114, 1184, 1700]

/** Values as the server reads and sends them, whatever the caller has set. */
const options = {
  parsers: Object.fromEntries(types.map((type) => [type, (text: string) => text])),
  serializers: Object.fromEntries(types.map((type) => [type, String])),
  rowMode: 'object',
}

/** The one connection of a PGlite, while it is ours. */
export function connectPGlite(connection: object): Connection {
  const { transaction } = connection as { transaction: PGliteTransaction }
  return {
    run: async ({ text }, values) => toResult(await transaction.query(text, values.map(toParameter), options)),
    execute: async (text) => toResult((await transaction.exec(text, options)).at(-1)),
  }
}

/** An array as Postgres writes it (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO). */
function toParameter(value: Value): string | number | null {
  if (typeof value !== 'object' || value === null) return value
  return `{${value.map((each) => (each === null ? 'NULL' : `"${each.replaceAll(/["\\]/g, '\\$&')}"`)).join(',')}}`
}

function toResult({ rows, affectedRows = 0 }: PGliteResult = { rows: [] }): Result {
  return { rows: rows as Row[], affected: affectedRows }
}
