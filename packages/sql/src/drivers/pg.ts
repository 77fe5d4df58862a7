import type { Connection, Result, Row } from '../connection.ts'

/** What is used of a `Client` of pg. */
interface PgClient {
  query(query: string | { name?: string; text: string; values: readonly unknown[] }): Promise<PgResult | PgResult[]>
}

interface PgResult {
  rows: Row[]
  rowCount: number | null
}

/** A connection of pg. `prepares` says whether statements are kept on the server under their names. */
export function connectPg(connection: object, prepares: () => boolean): Connection {
  const client = connection as PgClient
  return {
    run: async ({ name, text }, values) => {
      return toResult(await client.query(prepares() ? { name, text, values } : { text, values }))
    },
    execute: async (text) => toResult(await client.query(text)),
  }
}

function toResult(result: PgResult | PgResult[]): Result {
  const last = Array.isArray(result) ? result.at(-1) : result
  return { rows: last?.rows ?? [], affected: last?.rowCount ?? 0 }
}
