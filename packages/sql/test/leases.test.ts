import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { SessionError } from '@sessions/core'
import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres, startProxy } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { message } from './support/failure.ts'
import { openSequelize } from './support/sequelize.ts'

const [postgres, mariadb] = [await startPostgres(), await startMariaDB()]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))
const servers = [
  { name: 'Postgres', database: () => postgres.createDatabase() },
  { name: 'MariaDB', database: () => mariadb.createDatabase() },
]

function startHolder(url: string, leaseMs: number): ChildProcess {
  const program = new URL('./programs/hold.ts', import.meta.url)
  return fork(program, [JSON.stringify({ url, leaseMs })], { execArgv: [] })
}

async function stop(holder: ChildProcess): Promise<void> {
  const ended = once(holder, 'exit')
  holder.send('stop')
  const [code] = await ended
  expect(code).toBe(0)
}

/** The holds of others in the order in which they wrote; each marker of ours is a hold of its own. */
async function holdsOf(store: SQLStore): Promise<string[]> {
  const items = await store.session('held').getItems()
  const texts = items.map((item) => String((item as { content: string }).content))
  return texts.filter((text, index) => text !== texts[index - 1])
}

it.each(servers)(
  'lets no write of a holder through that was taken over while it wrote, on $name',
  async ({ database }) => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true })
    const session = store.session('held')
    await session.getItems()
    const holders = [startHolder(url, 30_000), startHolder(url, 30_000)]
    for (let round = 0; round < 12; round++) {
      await Promise.race(holders.map((holder) => once(holder, 'message')))
      const held = await session.acquire({ whenBusy: 'takeOver' })
      await held.session.addItems([message(`marker ${round}`)])
      await held.release()
    }
    await Promise.all(holders.map(stop))
    const holds = await holdsOf(store)
    expect(holds.filter((hold) => hold.startsWith('marker'))).toHaveLength(12)
    // One that wrote after another had begun would be there twice.
    expect(new Set(holds).size).toBe(holds.length)
  },
  60_000,
)

it.each([
  ...servers,
  {
    name: 'MariaDB through mysql2',
    database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:'),
  },
])('gives a lease that is free to one of those who want it at once, on $name', async ({ database }) => {
  await using store = new SQLStore({ url: await database(), createTables: true })
  for (let round = 0; round < 20; round++) {
    const wants = Array.from({ length: 8 }, (_, index) => ({
      version: `v${index}`,
      token: `t${index}`,
      leaseMs: 1_000,
      waiting: '',
    }))
    const results = await Promise.all(wants.map((row) => store.records.lease(`s${round}`, { expect: null, row })))
    const [holder, ...others] = wants.filter((_, index) => results[index]?.swapped)
    expect(others).toEqual([])
    // Whoever is late is told who was not.
    expect(new Set(results.map(({ token }) => token))).toEqual(new Set([holder?.token]))
  }
})

it.each(servers)(
  'makes a take-over wait for a fenced write under way, on $name',
  async ({ database }) => {
    const admin = new Admin(await database())
    await using store = new SQLStore({ url: admin.url, createTables: true })
    const session = store.session('held')
    await session.addItems([message('first')])
    // Whoever writes a message counts it, and so waits for the one who keeps the counter.
    await admin.execute('CREATE TABLE counter (n INTEGER, filler INTEGER)')
    await admin.execute('INSERT INTO counter VALUES (0, 0)')
    await admin.countMessages()
    const sequelize = openSequelize(admin.url.replace('mariadb:', 'mysql:'))
    const older = await session.acquire()
    const other = new SQLStore({ url: admin.url })
    const before = await admin.countWaiting()
    const transaction = await sequelize.transaction()
    await sequelize.query('UPDATE counter SET n = n + 1', { transaction })
    const writing = older.session.addItems([message('fenced')])
    await expect.poll(() => admin.countWaiting()).toBeGreaterThan(before)
    let taken = false
    const taking = other
      .session('held')
      .acquire({ whenBusy: 'takeOver' })
      .then((held) => {
        taken = true
        return held
      })
    await expect.poll(() => admin.countWaiting()).toBeGreaterThan(before + 1)
    expect(taken).toBe(false)
    await transaction.rollback()
    await writing
    const newer = await taking
    await newer.session.addItems([message('newer')])
    await expect(older.session.addItems([message('late')])).rejects.toMatchObject({ code: 'SESSION_LEASE_LOST' })
    await newer.release()
    expect((await session.getItems()).map((item) => (item as { content: string }).content)).toEqual([
      'first',
      'fenced',
      'newer',
    ])
    await other.close()
    await sequelize.close()
    await admin.close()
  },
  60_000,
)

it('keeps what a holder wrote, and its lease, over a restart of Postgres in the middle', async () => {
  const server = await startPostgres({ own: true })
  await using store = new SQLStore({ url: await server.createDatabase(), createTables: true, retries: 5 })
  const session = store.session('held')
  await session.exclusive(async ({ session: held, signal }) => {
    await held.addItems([message('before')])
    await server.stopImmediately()
    await server.start()
    await held.addItems([message('after')])
    expect(signal.aborted).toBe(false)
    await expect(session.exclusive(async () => {}, { whenBusy: 'reject' })).rejects.toMatchObject({
      code: 'SESSION_IN_USE',
    })
  })
  expect(await session.getItems()).toHaveLength(2)
  expect(await store.leaseOf('held')).toBeUndefined()
  await store.close()
  await server.stop()
})

it.each(servers)(
  'gives watchers everything that other processes write, once and in order, on $name',
  async ({ database }) => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true })
    await store.session('held').getItems()
    const holder = startHolder(url, 30_000)
    const seen: string[] = []
    const controller = new AbortController()
    const watching = (async () => {
      for await (const event of store.session('held').watch({ after: null, signal: controller.signal })) {
        if (event.type === 'rewritten') throw new Error('rewritten')
        seen.push(...event.entries.map(({ id }) => id))
      }
    })()
    await delay(1_500)
    await stop(holder)
    const count = (await store.session('held').getItems()).length
    await expect.poll(() => seen.length).toBe(count)
    controller.abort(new Error('done'))
    await expect(watching).rejects.toThrow('done')
    expect(new Set(seen).size).toBe(count)
  },
  60_000,
)

const mysql = await startMySQL()
afterAll(() => mysql?.stop())

/** What a transaction says of the lease that it keeps. */
const fences = /UPDATE `agent_sessions_leases` SET writes|FROM "agent_sessions_leases" WHERE [^;]* FOR UPDATE/

it.concurrent.each([
  ...servers,
  {
    name: 'MariaDB through mysql2',
    database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:'),
  },
  ...(mysql ? [{ name: 'MySQL', database: () => mysql.createDatabase() }] : []),
])(
  'lets the next one in where the last fell silent in the middle of a fenced transaction, on $name',
  async ({ database }) => {
    const url = await database()
    const { hostname, port } = new URL(url)
    await using proxy = await startProxy({ host: hostname, port: Number(port) })
    const silent = new SQLStore({ url: proxy.url(url), createTables: true })
    await using store = new SQLStore({ url })
    await silent.session('held').addItems([message('first')])
    const held = await silent.session('held').acquire({ leaseMs: 1_000 })
    const fell = proxy.silenceAnswer((bytes) => fences.test(bytes.toString('latin1')))
    const writing = held.session.setMetadata({ late: true }).catch((error: unknown) => error)
    await fell
    // Nothing of it arrives any more, as of a process that was stopped: not even what renews its lease.
    proxy.leadTo({ host: hostname, port: 1 })
    proxy.silenceAll()
    const began = performance.now()
    const next = await store.session('held').acquire({ waitMs: 30_000 })
    expect(performance.now() - began).toBeLessThan(20_000)
    await next.session.addItems([message('second')])
    await next.release()
    proxy.cutAll()
    expect(await writing).toBeInstanceOf(SessionError)
    expect((await store.getSessionInfo('held'))?.metadata).toBeUndefined()
    await held.release().catch(() => undefined)
    await silent.close()
  },
  60_000,
)
