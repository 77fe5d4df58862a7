import type { Connection, Result, Row } from '../connection.ts'
import type { Value } from '../statement.ts'
import { charsetOf, decode } from './raw.ts'

interface Options {
  rowsAsArray: false
  namedPlaceholders: false
  nestTables: false
  metaAsArray: false
  /** Would put the values into the messages of errors. */
  logParam: false
  typeCast(column: { buffer(): Buffer | null }): string | null
}

type Query = Options & { sql: string }

type Answer =
  | (Row[] & { meta?: readonly Column[] })
  | { affectedRows: number; warningStatus: number; insertId: bigint | number }

interface Column {
  readonly collation?: { readonly index: number }
}

/** What is used of a `Connection` of the mariadb driver. */
interface MariaDBConnection {
  query(query: Query): Promise<Answer>
  readonly info?: { readonly collation?: { readonly charset?: string } } | null
  /** Comes from the driver's cache where it can. */
  prepare(query: Query): Promise<{
    execute(values: readonly (Value | bigint)[], options: Options): Promise<Answer>
    close(): void
  }>
}

/** Whatever a caller has chosen for all queries of a connection: ours are answered with rows of bytes, decoded here. */
const settings: Options = {
  rowsAsArray: false,
  namedPlaceholders: false,
  nestTables: false,
  metaAsArray: false,
  logParam: false,
  typeCast: (column) => decode(column.buffer()),
}

/**
 * A connection of mariadb. Values travel apart from the text, which no `sql_mode` can make them part of.
 *
 * Its `execute()` sends the preparation and the execution at once, and ends the process where a Galera node answers the
 * second without its columns (mariadb 3.5.4: `handleSkippedMeta` reads `columns` of null). So the one follows the other.
 */
export function connectMariaDB(connection: object): Connection {
  const client = connection as MariaDBConnection
  return {
    run: async ({ text }, values) => {
      const statement = await client.prepare({ ...settings, sql: text })
      try {
        return toResult(await statement.execute(values.map(toParameter), settings))
      } finally {
        statement.close()
      }
    },
    execute: async (text) => toResult(await client.query({ ...settings, sql: text })),
    encoding: () => client.info?.collation?.charset,
  }
}

/** The driver sends numbers beyond 32 bits as floating point, which is no LIMIT. */
function toParameter(value: Value): Value | bigint {
  return typeof value === 'number' ? BigInt(value) : value
}

function toResult(answer: Answer): Result {
  if (Array.isArray(answer)) {
    return {
      rows: answer,
      affected: 0,
      charset: charsetOf((answer.meta ?? []).map(({ collation }) => collation?.index)),
    }
  }
  const { affectedRows, warningStatus, insertId } = answer
  return { rows: [], affected: Number(affectedRows), warnings: warningStatus, lastId: Number(insertId) }
}
