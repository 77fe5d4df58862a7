import type { Connection, Result, Row } from '../connection.ts'
import type { Value } from '../statement.ts'

interface Query {
  sql: string
  rowsAsArray: false
  namedPlaceholders: false
  /** Would put the values into the messages of errors. */
  logParam: false
}

type Answer = Row[] | { affectedRows: number }

/** What is used of a `Connection` of the mariadb driver. */
interface MariaDBConnection {
  query(query: Query): Promise<Answer>
  /** Comes from the driver's cache where it can. */
  prepare(query: Query): Promise<{ execute(values: readonly (Value | bigint)[]): Promise<Answer>; close(): void }>
}

/**
 * A connection of mariadb. Values travel apart from the text, which no `sql_mode` can make them part of.
 *
 * Its `execute()` sends the preparation and the execution at once, and ends the process where a Galera node answers the
 * second without its columns (mariadb 3.5.4: `handleSkippedMeta` reads `columns` of null). So the one follows the other.
 */
export function connectMariaDB(connection: object): Connection {
  const client = connection as MariaDBConnection
  const settings = { rowsAsArray: false, namedPlaceholders: false, logParam: false } as const
  return {
    run: async ({ text }, values) => {
      const statement = await client.prepare({ ...settings, sql: text })
      try {
        return toResult(await statement.execute(values.map(toParameter)))
      } finally {
        statement.close()
      }
    },
    execute: async (text) => toResult(await client.query({ ...settings, sql: text })),
  }
}

/** The driver sends numbers beyond 32 bits as floating point, which is no LIMIT. */
function toParameter(value: Value): Value | bigint {
  return typeof value === 'number' ? BigInt(value) : value
}

function toResult(result: Answer): Result {
  return Array.isArray(result) ? { rows: result, affected: 0 } : { rows: [], affected: result.affectedRows }
}
