import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMariaDB, startPostgres, startRedis } from '@sessions/test-servers'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { Client } from 'pg'
import { createClient } from 'redis'
import type { Backend } from './contender.ts'

/** Where contenders of one backend store: on one server, each apart from the others. */
export interface Places extends AsyncDisposable {
  /** When a write is safe, the same for all. */
  readonly server: string
  readonly durability: Readonly<Record<string, string>>
  next(): Promise<string>
}

const postgresDurability = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }
const mariadbDurability = { innodb_flush_log_at_trx_commit: '1', innodb_doublewrite: 'ON' }
const redisDurability = { appendonly: 'yes', appendfsync: 'everysec' }

const starts: Readonly<Record<Backend, () => Promise<Places>>> = {
  async sqlite() {
    const folder = mkdtempSync(join(tmpdir(), 'sessions-bench-'))
    let count = 0
    return {
      server: '',
      durability: { journal_mode: 'WAL', synchronous: 'FULL' },
      next: async () => join(folder, `${count++}.db`),
      [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
    }
  },
  async postgres() {
    const server = await startPostgres({ own: true, settings: { ...postgresDurability, autovacuum: 'on' } })
    return {
      server: await postgresVersion(server.url),
      durability: postgresDurability,
      next: () => server.createDatabase(),
      [Symbol.asyncDispose]: () => server.stop(),
    }
  },
  async mariadb() {
    const server = await startMariaDB({ own: true, settings: mariadbDurability })
    return {
      server: await mariadbVersion(server.url),
      durability: mariadbDurability,
      next: () => server.createDatabase(),
      [Symbol.asyncDispose]: () => server.stop(),
    }
  },
  async redis() {
    const server = await startRedis({ own: true, settings: redisDurability })
    let count = 0
    return {
      server: await redisVersion(server.url),
      durability: redisDurability,
      // Redis has 16 databases, the first of which has some name of everything.
      next: async () => `${server.url}/${count++}`,
      [Symbol.asyncDispose]: () => server.stop(),
    }
  },
  async memory() {
    return { server: '', durability: {}, next: async () => '', [Symbol.asyncDispose]: async () => {} }
  },
}

export function placesOf(backend: Backend): Promise<Places> {
  return starts[backend]()
}

async function postgresVersion(url: string): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  await client.end()
  return `Postgres ${rows[0]?.server_version.split(' ')[0]}`
}

async function mariadbVersion(uri: string): Promise<string> {
  const client = await createConnection({ uri })
  const [rows] = await client.query<RowDataPacket[]>('SELECT version() AS version')
  await client.end()
  return `MariaDB ${String(rows[0]?.version).split('-')[0]}`
}

async function redisVersion(url: string): Promise<string> {
  const client = await createClient({ url }).connect()
  const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1]
  await client.close()
  return `Redis ${version}`
}
