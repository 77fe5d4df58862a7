import type { Connection, Result, Row } from '../connection.ts'
import type { Value } from '../statement.ts'

type Callback = (error: Error | null, result?: Row[] | { affectedRows: number }) => void

interface Query {
  sql: string
  values?: readonly Value[]
  rowsAsArray: false
  namedPlaceholders: false
}

/** What is used of a `Connection` of mysql2. */
interface MySQL2Connection {
  query(query: Query, callback: Callback): void
  execute(query: Query, callback: Callback): void
}

/** A connection of mysql2. Values travel apart from the text, which no `sql_mode` can make them part of. */
export function connectMySQL2(connection: object): Connection {
  const client = connection as MySQL2Connection
  const settings = { rowsAsArray: false, namedPlaceholders: false } as const
  const run = (method: 'query' | 'execute', query: Query): Promise<Result> =>
    new Promise((resolve, reject) => {
      client[method](query, (error, result) => (error ? reject(error) : resolve(toResult(result))))
    })
  return {
    run: ({ text }, values) => run('execute', { ...settings, sql: text, values }),
    execute: (text) => run('query', { ...settings, sql: text }),
  }
}

function toResult(result: Row[] | { affectedRows: number } | undefined): Result {
  if (Array.isArray(result)) return { rows: result, affected: 0 }
  return { rows: [], affected: result?.affectedRows ?? 0 }
}
