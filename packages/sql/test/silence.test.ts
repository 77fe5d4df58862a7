import { SQLStore, type SQLStoreOptions } from '@sessions/sql'
import { startMariaDB, startPostgres, startProxy } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { failure, message } from './support/failure.ts'
import { relay } from './support/relay.ts'
import { openSequelize } from './support/sequelize.ts'

const [postgres, mariadb] = [await startPostgres(), await startMariaDB()]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))
const servers = [
  { name: 'pg', database: () => postgres.createDatabase() },
  { name: 'mariadb', database: () => mariadb.createDatabase() },
  { name: 'mysql2', database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:') },
]
/** A server that is well says something within that time, on a busy machine, too. */
const timeoutMs = 2_000

it.each([-1, 0.5, 2 ** 31, Number.NaN])('takes no timeoutMs of %s', (wrong) => {
  expect(() => new SQLStore({ url: 'postgres://h/d', timeoutMs: wrong })).toThrow(/timeoutMs/)
})

describe.each(servers)('a server that falls silent, through $name', ({ database }) => {
  it('ends every call in bounded time, and the pool recovers', async () => {
    const url = await database()
    const proxy = await startProxy({ host: new URL(url).hostname, port: Number(new URL(url).port) })
    // A pool of our own and one of the caller's, both with more calls than connections.
    // A connection that falls silent while it is made is the caller's to give up, by settings that only pg has to be told.
    const dialectOptions = url.startsWith('postgres') ? { connectionTimeoutMillis: 10_000, query_timeout: 10_000 } : {}
    const sequelize = openSequelize(proxy.url(url), { pool: { max: 2 }, dialectOptions })
    for (const options of [{ url: proxy.url(url) }, { sequelize }] as SQLStoreOptions[]) {
      const store = new SQLStore({ ...options, createTables: true, timeoutMs, busyTimeoutMs: 30_000 })
      const ids = Array.from({ length: 6 }, (_, index) => `s${index}`)
      await Promise.all(ids.map((id) => store.session(id).addItems([message('one')])))
      const before = await store.session('s0').getItems()
      proxy.silenceAll()
      const calls = ids.flatMap((id) => [store.session(id).getItems(), store.session(id).setMetadata({ key: id })])
      for (const outcome of await Promise.allSettled(calls)) {
        // Whoever came late got a new connection.
        if (outcome.status === 'fulfilled') continue
        expect(outcome.reason).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: false })
      }
      expect(await store.session('s0').getItems()).toEqual(before)
      await store.session('s0').addItems([message('two')])
      proxy.silenceAll()
      expect(await failure(store.session('s0').getItems())).toMatchObject({ code: 'SESSION_UNAVAILABLE' })
      await store.deleteSession('s0')
      await store.close()
    }
    await sequelize.close()
    await proxy.stop()
  })

  it('says that a write may be there whose answer never came; with retries, it is there once', async () => {
    const url = await database()
    const proxy = await startProxy({ host: new URL(url).hostname, port: Number(new URL(url).port) })
    await using store = new SQLStore({ url: proxy.url(url), createTables: true, timeoutMs })
    await using persistent = new SQLStore({ url: proxy.url(url), timeoutMs, retries: 2 })
    const isCommit = (bytes: Buffer): boolean => /the item|COMMIT\0?$/.test(bytes.toString('latin1'))
    // The statement that is the commit too on Postgres, the COMMIT of the transaction elsewhere.
    const isWrite = (bytes: Buffer): boolean =>
      url.startsWith('postgres') ? isCommit(bytes) : /COMMIT$/.test(bytes.toString('latin1'))
    await store.session('a').addItems([message('first')])
    const silent = proxy.silenceAnswer(isWrite)
    const error = await failure(store.session('a').addItems([message('the item')]))
    await silent
    expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: true })
    expect(error.message).toContain(`sent nothing for ${timeoutMs} ms`)
    await expect.poll(() => store.session('a').getItems()).toHaveLength(2)
    const again = proxy.silenceAnswer(isWrite)
    await persistent.session('a').addItems([message('the item again')])
    await again
    expect(await store.session('a').getItems()).toHaveLength(3)
    await proxy.stop()
  })

  it('lets a read take as long as it likes that keeps arriving', async () => {
    const url = await database()
    await using direct = new SQLStore({ url, createTables: true })
    const items = Array.from({ length: 20 }, (_, index) => message(`${index} `.padEnd(100_000, 'x')))
    await direct.session('a').addItems(items)
    const slow = await trickling(url, 25_000)
    await using store = new SQLStore({ url: slow.url, timeoutMs: 1_500 })
    await store.session('b').getItems()
    slow.begin()
    const startedAt = performance.now()
    expect(await store.session('a').getItems()).toEqual(items)
    // Several times as long as a silence may be.
    expect(performance.now() - startedAt).toBeGreaterThan(4_500)
    await store.close()
    slow.close()
  })
})

/** Stands before a server and passes its answers on a piece at a time, 60 ms apart, once told to. */
async function trickling(of: string, piece: number): Promise<{ url: string; begin(): void; close(): void }> {
  let isSlow = false
  const passed = await relay(of, (client, server) => {
    client.on('data', (chunk) => server.write(chunk))
    let waiting: Buffer = Buffer.alloc(0)
    server.on('data', (chunk) => {
      waiting = Buffer.concat([waiting, chunk])
      if (!isSlow) send(waiting.length)
    })
    const send = (bytes: number): void => {
      client.write(waiting.subarray(0, bytes))
      waiting = waiting.subarray(bytes)
    }
    const timer = setInterval(() => send(piece), 60)
    client.on('close', () => clearInterval(timer))
  })
  const begin = (): void => {
    isSlow = true
  }
  return { ...passed, begin }
}
