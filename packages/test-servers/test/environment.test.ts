import {
  startMariaDB,
  startMySQL,
  startPgBouncer,
  startPostgres,
  startRedis,
  startValkey,
  startValkeyCluster,
  type TestServer,
} from '@sessions/test-servers'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { Client } from 'pg'
import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllEnvs()
})

async function postgresDatabases(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('SELECT datname FROM pg_database')
  await client.end()
  return rows.map(({ datname }) => datname)
}

async function mariadbDatabases(url: string): Promise<string[]> {
  const connection = await createConnection(url)
  const [rows] = await connection.query<RowDataPacket[]>('SHOW DATABASES')
  await connection.end()
  return rows.map((row) => row.Database)
}

it.for([
  { name: 'POSTGRES', start: startPostgres, databases: postgresDatabases },
  { name: 'MARIADB', start: startMariaDB, databases: mariadbDatabases },
])(
  'uses the server that the environment names ($name) and drops from it what it created',
  async ({ name, start, databases }) => {
    await using given = await start({ own: true })
    vi.stubEnv(`SESSIONS_TEST_${name}_URL`, given.url)
    const server = await start()
    expect(server.url).toBe(given.url)
    const created = new URL(await server.createDatabase()).pathname.slice(1)
    expect(await databases(given.url)).toContain(created)
    await server.stop()
    expect(await databases(given.url)).not.toContain(created)
    await expect(server.start()).rejects.toThrow('own: true')
    await expectAnotherUrl(given, start)
  },
)

it('uses the server of SESSIONS_TEST_REDIS_URL, but never to kill it', async () => {
  await using given = await startRedis({ own: true })
  vi.stubEnv('SESSIONS_TEST_REDIS_URL', given.url)
  const server = await startRedis()
  expect(server.url).toBe(given.url)
  await expect(server.kill()).rejects.toThrow('own: true')
  await expectAnotherUrl(given, startRedis)
})

it('uses SESSIONS_TEST_PGBOUNCER_URL only before the server of SESSIONS_TEST_POSTGRES_URL', async () => {
  await using given = await startPostgres({ own: true })
  await using pool = await startPgBouncer(given.url)
  vi.stubEnv('SESSIONS_TEST_POSTGRES_URL', given.url)
  vi.stubEnv('SESSIONS_TEST_PGBOUNCER_URL', pool.url)
  const url = await given.createDatabase()
  const server = await startPgBouncer(url)
  expect(new URL(server.url).host).toBe(new URL(pool.url).host)
  expect(new URL(server.url).pathname).toBe(new URL(url).pathname)
  await using other = await startPostgres({ own: true })
  await using otherPool = await startPgBouncer(other.url)
  expect(new URL(otherPool.url).host).not.toBe(new URL(pool.url).host)
})

/** Servers of one's own, or with settings of one's own, are new ones. */
async function expectAnotherUrl(given: TestServer, start: (options: object) => Promise<TestServer>): Promise<void> {
  await using own = await start({ own: true })
  expect(own.url).not.toBe(given.url)
}

it('goes without MySQL and Valkey where SESSIONS_TEST_WITHOUT names them, unless the environment does, too', async () => {
  vi.stubEnv('SESSIONS_TEST_WITHOUT', 'MySQL,Valkey')
  expect(await Promise.all([startMySQL(), startValkey(), startValkeyCluster()])).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  await using redis = await startRedis({ own: true })
  vi.stubEnv('SESSIONS_TEST_VALKEY_URL', redis.url)
  vi.stubEnv('SESSIONS_TEST_MYSQL_URL', 'mysql://root@127.0.0.1/mysql')
  expect((await startValkey())?.url).toBe(redis.url)
  expect((await startMySQL())?.url).toBe('mysql://root@127.0.0.1/mysql')
  expect(await startValkey({ own: true })).toBeUndefined()
})
