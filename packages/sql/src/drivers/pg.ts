import type { Connection, Result, Row } from '../connection.ts'
import { decode, type Raw } from './raw.ts'

/** What is used of a `Client` of pg. */
interface PgClient {
  query(query: PgQuery): Promise<PgResult | PgResult[]>
  /** Of the driver that is written in JavaScript. */
  readonly connection?: { on?(event: 'parameterStatus', listener: (message: ParameterStatus) => void): unknown }
}

interface PgQuery {
  name?: string
  text: string
  values?: readonly unknown[]
  types: { getTypeParser(): (raw: Raw) => string | null }
}

interface ParameterStatus {
  parameterName: string
  parameterValue: string
}

/** A notice that somebody sent to a channel. */
export interface Notice {
  channel: string
  note: string
}

/** What is used of a `Client` that listens. */
interface ListeningClient {
  on(event: 'notification', listener: (message: { channel: string; payload?: string }) => void): unknown
  on(event: 'end' | 'error', listener: () => void): unknown
}

export function onPgNotice(connection: object, onNotice: (notice: Notice) => void): void {
  const client = connection as ListeningClient
  client.on('notification', ({ channel, payload = '' }) => onNotice({ channel, note: payload }))
}

export function onPgEnd(connection: object, onEnd: () => void): void {
  const client = connection as ListeningClient
  let isOver = false
  const end = (): void => {
    if (!isOver) onEnd()
    isOver = true
  }
  client.on('end', end)
  client.on('error', end)
}

interface PgResult {
  rows: Row[]
  rowCount: number | null
}

/**
 * Values as the server sends them: no parser of the process (`pg.types.setTypeParser`, `pg.defaults`), of the client or of
 * Sequelize comes in between, and `binary` makes no difference to a text.
 */
const types = { getTypeParser: () => decode }

/** A connection of pg. `prepares` says whether statements are kept on the server under their names. */
export function connectPg(connection: object, prepares: () => boolean): Connection {
  const client = connection as PgClient
  let wasChanged = false
  // The server tells of each change, with the answer to whatever made it.
  client.connection?.on?.('parameterStatus', ({ parameterName, parameterValue }) => {
    if (parameterName === 'client_encoding') wasChanged = parameterValue !== 'UTF8'
  })
  return {
    run: async ({ name, text }, values) => {
      return toResult(await client.query({ ...(prepares() && { name }), text, values, types }))
    },
    execute: async (text) => toResult(await client.query({ text, types })),
    wasChanged: () => wasChanged,
  }
}

function toResult(result: PgResult | PgResult[]): Result {
  const last = Array.isArray(result) ? result.at(-1) : result
  return { rows: last?.rows ?? [], affected: last?.rowCount ?? 0 }
}
