import { SQLStore } from '@sessions/sql'
import { startPostgres, startProxy, Traffic } from '@sessions/test-servers'
import { Client } from 'pg'
import type { Backend } from './backend.ts'
import { costs, readAll, settled } from './measure.ts'
import { Messages } from './postgres-messages.ts'

/** Nothing is logged but what the calls change: no images of whole pages, nothing that the server does by itself. */
const settings = {
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  checkpoint_timeout: '1h',
  max_wal_size: '8GB',
}

/** Statements, and transactions of more than one, as the two sides of a connection speak of them. */
class Spoken {
  statements = 0
  transactions = 0

  connection(traffic: Traffic): ReturnType<Traffic['connection']> {
    const passing = traffic.connection()
    const [asked, answered] = [new Messages(true), new Messages(false)]
    let isInside = false
    return {
      fromClient: (chunk) => {
        passing.fromClient(chunk)
        // Query, Execute
        for (const { type } of asked.of(chunk)) if (type === 'Q' || type === 'E') this.statements++
      },
      fromServer: (chunk) => {
        passing.fromServer(chunk)
        for (const { type, state } of answered.of(chunk)) {
          if (type !== 'Z') continue
          // ReadyForQuery, inside of a transaction or not
          if (!isInside && state !== 'I') this.transactions++
          isInside = state !== 'I'
        }
      },
    }
  }
}

export const postgres: Backend = async () => {
  const server = await startPostgres({ own: true, settings })
  const url = await server.createDatabase()
  const { hostname, port } = new URL(url)
  const [traffic, spoken] = [new Traffic(), new Spoken()]
  const proxy = await startProxy({ host: hostname, port: Number(port) }, () => spoken.connection(traffic))
  const admin = new Client({ connectionString: url })
  await admin.connect()
  const read = async (): Promise<Record<string, number>> => {
    const { rows } = await admin.query("SELECT pg_current_wal_insert_lsn() - '0/0' AS logged")
    const { roundTrips, sent, received } = traffic
    const { statements, transactions } = spoken
    const logged = Number(rows[0].logged)
    return { roundTrips, statements, transactions, sentBytes: sent, receivedBytes: received, logBytes: logged }
  }
  const store = new SQLStore({ url: proxy.url(url), createTables: true })
  return async () => {
    const readings = await readAll({ store, read: () => settled(read) })
    const { rows } = await admin.query('SHOW server_version')
    await Promise.all([store.close(), admin.end()])
    await Promise.all([proxy.stop(), server.stop()])
    return { version: String(rows[0].server_version).split(' ')[0] ?? '', calls: costs(readings) }
  }
}
