import { createHash } from 'node:crypto'
import type { Connection } from './connection.ts'
import type { Dialect } from './dialects/dialect.ts'
import { bind, compile } from './statement.ts'
import type { Tables } from './tables.ts'

const sending = compile('SELECT pg_notify(:channel, :note)::text AS sent', 'numbered')

/** What others are told of changes to the sessions of some tables: nothing but a digest of the id. */
export class Notices {
  readonly channel: string

  constructor({ key }: Tables) {
    this.channel = `sessions_${digestOf(key)}`
  }

  /** The values of a statement that tells of a session. */
  of(sessionId: string): { channel: string; note: string } {
    return { channel: this.channel, note: digestOf(sessionId) }
  }

  /** Told when the transaction commits. */
  async send(connection: Connection, sessionId: string): Promise<void> {
    await this.note(connection, digestOf(sessionId))
  }

  async note(connection: Connection, note: string): Promise<void> {
    await connection.run(sending, bind(sending, { channel: this.channel, note }))
  }
}

/** @throws TypeError where they are wanted of a dialect that has none */
export function noticesOf(wanted: boolean | undefined, dialect: Dialect, tables: Tables): Notices | undefined {
  if (wanted !== true) return undefined
  if (dialect.notices === undefined) throw new TypeError('notify is for postgres alone.')
  return new Notices(tables)
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
