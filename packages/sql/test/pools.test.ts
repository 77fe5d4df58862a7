import { spawnSync } from 'node:child_process'
import { inspect } from 'node:util'
import { PGlite } from '@electric-sql/pglite'
import { SQLSession, SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres, startProxy } from '@sessions/test-servers'
import { createPool as createMariaDBPool, type PoolConfig as MariaDBOptions } from 'mariadb'
import * as mariadbCallbacks from 'mariadb/callback'
import { createPool as createCallbackPool } from 'mysql2'
import { createPool as createMySQLPool, type PoolOptions as MySQLOptions } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { failure, message } from './support/failure.ts'

const [postgres, mariadb, mysql] = await Promise.all([startPostgres(), startMariaDB(), startMySQL()])
afterAll(async () => void (await Promise.all([postgres.stop(), mariadb.stop(), mysql?.stop()])))

/** Nobody listens there. */
const nowhere = { host: '127.0.0.1', port: 9 }

const urls = {
  pg: await postgres.createDatabase(),
  mariadb: await mariadb.createDatabase(),
  mysql2: (await (mysql ?? mariadb).createDatabase()).replace('mariadb:', 'mysql:'),
}

/** A pool of each driver as its users make it, of one connection where asked. */
const make = {
  pg: (options: pg.PoolConfig = {}) => new pg.Pool({ connectionString: urls.pg, ...options }),
  mariadb: (options: MariaDBOptions = {}) => createMariaDBPool({ ...optionsOf(urls.mariadb), ...options }),
  mysql2: (options: MySQLOptions = {}) => createMySQLPool({ ...optionsOf(urls.mysql2), ...options }),
}

function optionsOf(url: string): { host: string; port: number; user: string; password: string; database: string } {
  const { hostname, port, username, password, pathname } = new URL(url)
  const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)]
  return { host: hostname, port: Number(port), user, password: secret, database: pathname.slice(1) }
}

function withPort(url: string, port: number): string {
  return Object.assign(new URL(url), { port: String(port) }).href
}

const pools = [
  { name: 'pg', make: () => make.pg(), end: (pool: object) => (pool as pg.Pool).end() },
  { name: 'mariadb', make: () => make.mariadb(), end: (pool: object) => (pool as { end(): Promise<void> }).end() },
  { name: 'mysql2', make: () => make.mysql2(), end: (pool: object) => (pool as { end(): Promise<void> }).end() },
  // It starts in this process, and keeps its event loop for itself meanwhile.
  { name: 'PGlite', make: () => new PGlite(), end: (pool: object) => (pool as PGlite).close() },
]

describe.each(pools)('a pool of $name', ({ make: makePool, end }) => {
  it('keeps concurrent batches whole, is shared by stores, shows nothing of items in errors, and stays open until its owner ends it', async () => {
    const pool = makePool()
    const stores = [1, 2].map(() => new SQLStore({ pool, createTables: true }))
    const batch = (writer: number): { role: 'user'; content: string }[] =>
      [0, 1, 2].map((at) => message(`${writer}/${at}`))
    await Promise.all(
      Array.from({ length: 40 }, (_, writer) => stores[writer % 2]?.session('a').addItems(batch(writer))),
    )
    const found = await new SQLSession<{ content: string }>({ sessionId: 'a', pool }).getItems()
    const contents = found.map(({ content }) => content)
    expect(contents).toHaveLength(120)
    for (let start = 0; start < 120; start += 3) {
      const writer = Number(contents[start]?.split('/')[0])
      expect(contents.slice(start, start + 3)).toEqual(batch(writer).map(({ content }) => content))
    }
    expect(await stores[0]?.session('a').popItem()).toEqual(message(contents[119] ?? ''))
    await stores[0]?.session('a').setMetadata({ a: 'it\'s "so" \\ 1' })
    expect((await stores[1]?.session('a').info())?.metadata).toEqual({ a: 'it\'s "so" \\ 1' })
    await stores[0]?.forkSession('a', 'b')
    expect(await stores[0]?.deleteSession('a')).toBe(true)
    for (const store of stores) await store.close()

    const store = new SQLStore({ pool })
    expect(await store.session('b').getItems()).toHaveLength(119)
    const { query } = pool as { query(text: string): Promise<unknown> }
    await query.call(pool, "ALTER TABLE agent_messages ADD CHECK (message_data NOT LIKE '%secret%')")
    const refused = await failure(store.session('b').addItems([message('a secret')]))
    expect(refused).toMatchObject({ code: 'SESSION_BACKEND', retryable: false })
    expect(inspect(refused, { depth: 9, showHidden: true })).not.toContain('a secret')
    expect(await store.session('b').getItems()).toHaveLength(119)

    await end(pool)
    const ended = await failure(store.session('b').addItems([message('a secret')]))
    expect(ended).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: false, message: /closed by its owner/ })
    expect(inspect(ended, { depth: 9, showHidden: true })).not.toContain('a secret')
    await store.close()
  })
})

it.each([
  ['pg', () => make.pg({ max: 1, connectionTimeoutMillis: 100 }), 'connect'],
  ['mariadb', () => make.mariadb({ connectionLimit: 1, acquireTimeout: 100 }), 'getConnection'],
  ['mysql2', () => make.mysql2({ connectionLimit: 1, waitForConnections: false }), 'getConnection'],
] as const)('a pool of %s whose connections are all in use is busy, by its own patience', async (_, makePool, take) => {
  const pool = makePool()
  const taker = pool as unknown as Record<string, () => Promise<{ release(): unknown }>>
  // That patience ends while a connection is made, too, where the machine is busy.
  const held = await vi.waitUntil(() => taker[take]?.().catch(() => undefined), { timeout: 120_000 })
  const store = new SQLStore({ pool, busyTimeoutMs: 30_000 })
  const error = await failure(store.session('a').addItems([message('a')]))
  expect(error).toMatchObject({ code: 'SESSION_BUSY', retryable: true, ambiguous: false })
  expect(error.message).toMatch(/No connection of the pool became free/)
  held.release()
  await pool.end()
})

it.each([
  ['pg', () => make.pg({ connectionString: 'postgres://127.0.0.1:9/x' })],
  ['mariadb', () => make.mariadb({ ...nowhere, acquireTimeout: 300 })],
  ['mysql2', () => make.mysql2(nowhere)],
] as const)('a pool of %s whose server is gone is unavailable', async (_, makePool) => {
  const pool = makePool()
  const error = await failure(new SQLStore({ pool }).session('a').getItems())
  expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: false })
  await pool.end()
})

it.each([
  ['pg', () => make.pg({ connectionString: urls.pg.replace(/\/[^/]*$/, '/no_such_database') })],
  ['mariadb', () => make.mariadb({ database: 'no_such_database', acquireTimeout: 300 })],
  ['mariadb', () => make.mariadb({ user: 'nobody', acquireTimeout: 300 })],
  ['mysql2', () => make.mysql2({ database: 'no_such_database' })],
] as const)('a pool of %s whose database or user does not exist says so', async (_, makePool) => {
  const pool = makePool()
  const error = await failure(new SQLStore({ pool }).session('a').getItems())
  expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: false })
  await pool.end()
})

it.each([
  ['pg', urls.pg, ({ port }: { port: number }) => make.pg({ connectionString: withPort(urls.pg, port), max: 1 })],
  ['mariadb', urls.mariadb, ({ port }: { port: number }) => make.mariadb({ port, connectionLimit: 1 })],
  ['mysql2', urls.mysql2, ({ port }: { port: number }) => make.mysql2({ port, connectionLimit: 1 })],
] as const)('a pool of %s does not get back a connection that fell silent', async (_, url, makePool) => {
  const proxy = await startProxy({ host: new URL(url).hostname, port: Number(new URL(url).port) })
  const pool = makePool({ port: Number(new URL(proxy.url(url)).port) })
  const store = new SQLStore({ pool, createTables: true, timeoutMs: 500 })
  await store.session('silent').addItems([message('a')])
  proxy.silenceAll()
  expect(await failure(store.session('silent').getItems())).toMatchObject({ code: 'SESSION_UNAVAILABLE' })
  // The only place of the pool is free for another one.
  expect(await store.session('silent').getItems()).toEqual([message('a')])
  await store.close()
  await pool.end()
  await proxy.stop()
})

it.each([
  ['a pool of mysql2 with callbacks', () => createCallbackPool('mysql://localhost/x')],
  ['a pool of mariadb with callbacks', () => mariadbCallbacks.createPool('mariadb://localhost/x')],
  ['a Client of pg', () => new pg.Client()],
  // What `neon()` gives.
  ['a function', () => Object.assign(() => undefined, { query: () => undefined, transaction: () => undefined })],
  ['an object', () => ({})],
])('refuses %s', (_, makePool) => {
  expect(() => new SQLStore({ pool: makePool() as never })).toThrow(/^pool must be a Pool of pg/)
})

it('takes one of url, pool and sequelize, and says which one is undefined', () => {
  expect(() => new SQLStore({ pool: new pg.Pool(), url: 'sqlite:x' })).toThrow(/one of url, pool and sequelize/)
  expect(() => new SQLStore({ pool: undefined } as never)).toThrow(/pool is undefined/)
  expect(() => new SQLStore({ pool: 'postgres://localhost' as never })).toThrow(/pool must be an object/)
})

it('loads no Sequelize where there is a pool', () => {
  const program = `
    const { createRequire } = await import('node:module')
    const { SQLStore } = await import('@sessions/sql')
    const pool = { totalCount: 0, query() {}, end() {}, connect: async () => { throw new Error('none') } }
    await new SQLStore({ pool }).session('a').getItems().catch(() => undefined)
    const { cache } = createRequire(process.cwd() + '/x.js')
    console.log(JSON.stringify(Object.keys(cache).filter((file) => /node_modules.sequelize/.test(file)).length))`
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(run).toMatchObject({ status: 0, stdout: '0\n' })
})
