import type { Connection, Result, Row } from '../connection.ts'
import type { Value } from '../statement.ts'
import { charsetOf, decode } from './raw.ts'

type Callback = (error: Error | null, answer?: Answer, columns?: readonly Column[]) => void

type Answer = Row[] | { affectedRows: number | string; warningStatus?: number; insertId?: number | string }

interface Column {
  /** The number of a collation. */
  readonly characterSet?: number
}

interface Query {
  sql: string
  values?: readonly Value[]
  rowsAsArray: false
  namedPlaceholders: false
  nestTables: false
  typeCast(field: { buffer(): Buffer | null }): string | null
}

/** What is used of a `Connection` of mysql2. */
interface MySQL2Connection {
  query(query: Query, callback: Callback): void
  execute(query: Query, callback: Callback): void
  readonly config?: { readonly charsetNumber?: number }
}

/** Whatever a caller has chosen for all queries of a connection: ours are answered with rows of bytes, decoded here. */
const settings = {
  rowsAsArray: false,
  namedPlaceholders: false,
  nestTables: false,
  typeCast: (field: { buffer(): Buffer | null }) => decode(field.buffer()),
} as const

/** A connection of mysql2. Values travel apart from the text, which no `sql_mode` can make them part of. */
export function connectMySQL2(connection: object): Connection {
  const client = connection as MySQL2Connection
  const send = (method: 'query' | 'execute', query: Query): Promise<Result> =>
    new Promise((resolve, reject) => {
      client[method](query, (error, answer, columns) => {
        if (error) reject(error)
        else resolve(toResult(answer, columns))
      })
    })
  return {
    run: ({ text }, values) => send('execute', { ...settings, sql: text, values }),
    execute: (text) => send('query', { ...settings, sql: text }),
    encoding: () => client.config?.charsetNumber,
  }
}

function toResult(answer: Answer | undefined, columns: readonly Column[] = []): Result {
  if (Array.isArray(answer)) {
    return { rows: answer, affected: 0, charset: charsetOf(columns.map(({ characterSet }) => characterSet)) }
  }
  const { affectedRows = 0, warningStatus = 0, insertId = 0 } = answer ?? {}
  return { rows: [], affected: Number(affectedRows), warnings: warningStatus, lastId: Number(insertId) }
}
