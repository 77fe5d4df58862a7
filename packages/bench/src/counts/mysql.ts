import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startProxy, type TestServer, Traffic } from '@sessions/test-servers'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import type { Backend, Costs } from './backend.ts'
import { costs, readAll, settled } from './measure.ts'

/** Statements, the question itself among them, and transactions of more than one (https://mariadb.com/kb/en/server-status-variables). */
const counters = "SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Com_begin')"

export const mariadb: Backend = async () => {
  const server = await startMariaDB({ own: true })
  return await countOn(await server.createDatabase(), server)
}

export const mysql: Backend = async () => {
  const server = await startMySQL({ own: true })
  return server && (await countOn(await server.createDatabase(), server))
}

async function countOn(url: string, server: TestServer): Promise<() => Promise<Costs>> {
  const { hostname, port } = new URL(url)
  const traffic = new Traffic()
  const proxy = await startProxy({ host: hostname, port: Number(port) }, () => traffic.connection())
  const admin = await createConnection({ uri: url })
  let own = 0
  const read = async (): Promise<Record<string, number>> => {
    own++
    const [rows] = await admin.query<RowDataPacket[]>(counters)
    const value = (name: string): number => Number(rows.find(({ Variable_name }) => Variable_name === name)?.Value)
    const { roundTrips, sent, received } = traffic
    const [statements, transactions] = [value('Questions') - own, value('Com_begin')]
    return { roundTrips, statements, transactions, sentBytes: sent, receivedBytes: received }
  }
  const store = new SQLStore({ url: proxy.url(url), createTables: true })
  return async () => {
    const readings = await readAll({ store, read: () => settled(read) })
    const [rows] = await admin.query<RowDataPacket[]>('SELECT version() AS version')
    await Promise.all([store.close(), admin.end()])
    await Promise.all([proxy.stop(), server.stop()])
    return { version: String(rows[0]?.version), calls: costs(readings) }
  }
}
