import { connect } from 'node:net'
import { type PostgresServer, startPostgres, startProxy } from '@sessions/test-servers'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'

let server: PostgresServer
let url: string

beforeAll(async () => {
  server = await startPostgres()
  url = await server.createDatabase()
  await using client = await connected(url)
  await client.query('CREATE TABLE t (n int)')
})
afterAll(() => server.stop())

async function connected(to: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: to })
  client.on('error', () => {})
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

async function count(n: number): Promise<number> {
  await using client = await connected(url)
  const { rows } = await client.query('SELECT count(*)::int AS count FROM t WHERE n = $1', [n])
  return rows[0].count
}

async function running(query: string): Promise<number> {
  await using client = await connected(url)
  const { rows } = await client.query('SELECT count(*)::int AS count FROM pg_stat_activity WHERE query = $1', [query])
  return rows[0].count
}

function target(): { host: string; port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}

it('passes on what is not cut, also what takes many chunks', async () => {
  await using proxy = await startProxy(target())
  await using client = await connected(proxy.url(url))
  const text = 'x'.repeat(2 ** 24)
  const { rows } = await client.query('SELECT $1::text AS text', [text])
  expect(rows[0].text === text).toBe(true)
  expect(proxy.connections).toBe(1)
})

it('lets the server do the work and breaks the connection at its answer', async () => {
  await using proxy = await startProxy(target())
  await using client = await connected(proxy.url(url))
  const cut = proxy.cutAnswer((bytes) => bytes.includes('VALUES (1)'))
  await client.query('SELECT 1')
  await expect(client.query('INSERT INTO t VALUES (1)')).rejects.toThrow(/ECONNRESET|terminated/)
  await cut
  expect(await count(1)).toBe(1)
  expect(proxy.connections).toBe(0)
  await using again = await connected(proxy.url(url))
  await again.query('INSERT INTO t VALUES (1)')
})

it('breaks the connection before a request reaches the server, also one in many chunks', async () => {
  await using proxy = await startProxy(target())
  for (const padding of ['', ' '.repeat(2 ** 20)]) {
    await using client = await connected(proxy.url(url))
    const cut = proxy.cutRequest((bytes) => bytes.includes('VALUES (2)'))
    await expect(client.query(`INSERT INTO t ${padding} VALUES (2)`)).rejects.toThrow(/ECONNRESET|EPIPE|terminated/)
    await cut
  }
  expect(await count(2)).toBe(0)
})

it('recognizes what comes in two chunks', async () => {
  await using proxy = await startProxy(target())
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => {})
  const cut = proxy.cutRequest((bytes) => bytes.includes('BEGIN WORK'))
  socket.write('BEGIN')
  await expect.poll(() => socket.bytesWritten).toBe(5)
  setImmediate(() => socket.write(' WORK'))
  await expect.poll(() => socket.closed).toBe(true)
  await cut
})

it('breaks all connections at once', async () => {
  await using proxy = await startProxy(target())
  const clients = await Promise.all([connected(proxy.url(url)), connected(proxy.url(url))])
  const broken = clients.map((client) =>
    expect(client.query('SELECT pg_sleep(60)')).rejects.toThrow(/ECONNRESET|terminated/),
  )
  proxy.cutAll()
  await Promise.all(broken)
  await expect.poll(() => proxy.connections).toBe(0)
})

it('leaves a cut whose connection broke before the answer to the next connection', async () => {
  await using proxy = await startProxy(target())
  await using client = await connected(proxy.url(url))
  const cut = proxy.cutAnswer((bytes) => bytes.includes('pg_sleep'))
  const broken = expect(client.query('SELECT pg_sleep(60)')).rejects.toThrow(/ECONNRESET|terminated/)
  await expect.poll(() => running('SELECT pg_sleep(60)')).toBe(1)
  proxy.cutAll()
  await broken
  await using again = await connected(proxy.url(url))
  await expect(again.query('SELECT pg_sleep(0)')).rejects.toThrow(/ECONNRESET|terminated/)
  await cut
})

it('rejects a cut that never came when it stops', async () => {
  const proxy = await startProxy(target())
  const cut = proxy.cutAnswer()
  const rejected = expect(cut).rejects.toThrow('before it could cut the answer')
  await proxy.stop()
  await rejected
})
