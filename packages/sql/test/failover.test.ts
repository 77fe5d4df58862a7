import { SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres, startProxy } from '@sessions/test-servers'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'
import { openSequelize } from './support/sequelize.ts'

const servers = await Promise.all([
  startPostgres({ own: true }),
  startPostgres({ own: true }),
  startMariaDB({ own: true }),
  startMariaDB({ own: true }),
])
const [oldPostgres, newPostgres, oldMariaDB, newMariaDB] = servers
afterAll(() => Promise.all(servers.map((server) => server.stop())))
const connections = 6

/** A user of an application, whom a read-only server lets write nothing, in databases of one name. */
async function prepare(url: string, name: string): Promise<Admin> {
  const server = new Admin(url)
  await server.execute(`CREATE DATABASE ${name}`)
  if (server.isPostgres) {
    await server.execute(`CREATE ROLE ${name} LOGIN`)
    await server.execute(`ALTER DATABASE ${name} OWNER TO ${name}`)
  } else {
    await server.execute(`CREATE USER ${name}@'%'`)
    await server.execute(`GRANT ALL ON ${name}.* TO ${name}@'%'`)
  }
  return server
}

async function allConnected(server: Admin, name: string): Promise<void> {
  const idle = server.isPostgres
    ? `pg_stat_activity WHERE datname = '${name}' AND usename = '${name}' AND state = 'idle'`
    : `information_schema.processlist WHERE user = '${name}' AND command = 'Sleep'`
  const count = async (): Promise<number> =>
    Number((await server.select<{ n: unknown }>(`SELECT count(*) AS n FROM ${idle}`))[0]?.n)
  await expect.poll(count).toBeGreaterThanOrEqual(connections)
}

async function makeReadOnly(server: Admin): Promise<void> {
  if (!server.isPostgres) return server.execute('SET GLOBAL read_only = 1')
  await server.execute("ALTER SYSTEM SET default_transaction_read_only = 'on'")
  await server.execute('SELECT pg_reload_conf()')
  const isReadOnly = async (): Promise<unknown> =>
    (await server.select<object>('SHOW default_transaction_read_only'))[0]
  await expect.poll(isReadOnly).toEqual({ default_transaction_read_only: 'on' })
  // Its processes are told one after the other, the newest first: once it begins anew, all have been told.
  const [now] = await server.select<{ at: string }>('SELECT clock_timestamp()::text AS at')
  await server.execute('SELECT pg_reload_conf()')
  const isToldAgain = async (): Promise<unknown> =>
    (await server.select<object>(`SELECT pg_conf_load_time() > '${now?.at}'::timestamptz AS told`))[0]
  await expect.poll(isToldAgain).toEqual({ told: true })
}

interface Failover extends AsyncDisposable {
  /** By way of a proxy, to the old server at first. */
  readonly url: string
  /** Of the new one. */
  readonly direct: string
  /** Until each of some calls at once had a connection of its own. */
  connected(): Promise<void>
  /** Makes the old server read-only, and leads new connections to the new one. */
  happens(): Promise<void>
}

const drivers = [
  { name: 'pg', scheme: 'postgres:', from: oldPostgres, to: newPostgres },
  { name: 'mariadb', scheme: 'mariadb:', from: oldMariaDB, to: newMariaDB },
  { name: 'mysql2', scheme: 'mysql:', from: oldMariaDB, to: newMariaDB },
] as const

async function failoverOf({ scheme, from, to }: (typeof drivers)[number], database: string): Promise<Failover> {
  const [before, after] = [await prepare(from.url, database), await prepare(to.url, database)]
  const target = (url: string): { host: string; port: number } => {
    const { hostname, port } = new URL(url)
    return { host: hostname, port: Number(port) }
  }
  const proxy = await startProxy(target(from.url))
  const asUser = (url: string): string => {
    const changed = Object.assign(new URL(url), { username: database, pathname: `/${database}` })
    return changed.href.replace(/^[a-z]+:/, scheme)
  }
  return {
    url: asUser(proxy.url(from.url)),
    direct: asUser(to.url),
    connected: () => allConnected(before, database),
    happens: async () => {
      await makeReadOnly(before)
      proxy.leadTo(target(to.url))
    },
    [Symbol.asyncDispose]: async () => {
      await before.execute(before.isPostgres ? 'ALTER SYSTEM RESET ALL' : 'SET GLOBAL read_only = 0')
      if (before.isPostgres) await before.execute('SELECT pg_reload_conf()')
      await Promise.all([before.close(), after.close()])
      await proxy.stop()
    },
  }
}

const unavailable = { code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: false }

/** A store whose second connection is being made while the failover happens. */
interface Meanwhile {
  readonly source: object
  readonly making: Making
  /** Whether who began to make it waits for it, whatever other connection is free. */
  readonly isWaitedFor: boolean
  /** Until it is there for others. */
  ready(): Promise<void>
}

/** After the failover, one call may fail, and none after it. */
async function failsOnce(failover: Failover, { source, making, isWaitedFor, ready }: Meanwhile): Promise<void> {
  await using made = new SQLStore({ url: failover.direct, createTables: true })
  await made.session('s').getItems()
  await using store = new SQLStore({ ...source, createTables: true })
  await store.session('s').addItems([message('old')])
  const begun = making.hold()
  const [first, second] = [store.session('s').getItems(), store.session('t').addItems([message('either')])]
  await Promise.all([first, begun, ...(isWaitedFor ? [] : [second])])
  await failover.happens()
  expect(await failure(store.session('s').addItems([message('new')]))).toMatchObject(unavailable)
  making.letGo()
  await second
  await ready()
  for (const id of ['s', 't', 's']) await store.session(id).addItems([message('new')])
  expect(await made.session('s').getItems()).toEqual(Array(2).fill(message('new')))
}

/** Connections that are made, and not ready before they are let go. */
class Making {
  #begun = Promise.withResolvers<void>()
  #held = Promise.withResolvers<void>()
  #isHolding = false

  /** Those that follow. Resolves once there is one. */
  hold(): Promise<void> {
    this.#isHolding = true
    return this.#begun.promise
  }

  /** To be called with each that is made. */
  async made(): Promise<void> {
    if (!this.#isHolding) return
    this.#begun.resolve()
    await this.#held.promise
  }

  letGo(): void {
    this.#isHolding = false
    this.#held.resolve()
  }
}

describe.each(drivers)('a failover in place, through $name', (driver) => {
  const { name } = driver
  const ids = Array.from({ length: connections }, (_, index) => `s${index}`)

  it('throws away the connections to the server that is read-only now; with one retry no call fails', async () => {
    await using failover = await failoverOf(driver, `failover_${name}`)
    await using made = new SQLStore({ url: failover.direct, createTables: true })
    await made.session('s0').addItems([message('new')])
    await using store = new SQLStore({ url: failover.url, createTables: true })
    await using persistent = new SQLStore({ url: failover.url, createTables: true, retries: 1 })
    // Each keeps a connection of the pool for a while.
    await Promise.all(ids.map((id) => persistent.session(id).addItems(Array(50).fill(message('old')))))
    await Promise.all(ids.map((id) => store.session(id).getItems()))
    await failover.connected()
    await failover.happens()
    for (const id of ids) await persistent.session(id).addItems([message('new')])
    for (const id of ids) await store.session(id).addItems([message('newer')])
    expect(await made.session('s0').getItems()).toEqual(['new', 'new', 'newer'].map(message))
    expect(await made.session('s1').getItems()).toEqual(['new', 'newer'].map(message))
  })

  it('costs one failed call where nothing is to be tried again', async () => {
    await using failover = await failoverOf(driver, `plain_${name}`)
    await using made = new SQLStore({ url: failover.direct, createTables: true })
    await made.session('s0').getItems()
    await using store = new SQLStore({ url: failover.url, createTables: true })
    await Promise.all(ids.map((id) => store.session(id).addItems(Array(50).fill(message('old')))))
    await Promise.all(ids.map((id) => store.session(id).getItems()))
    await failover.connected()
    await failover.happens()
    expect(await failure(store.session('s0').addItems([message('new')]))).toMatchObject(unavailable)
    for (const id of ids) await store.session(id).addItems([message('new')])
    expect(await made.session('s0').getItems()).toEqual([message('new')])
  })

  it('costs no more where a connection was being made meanwhile', async () => {
    await using failover = await failoverOf(driver, `making_${name}`)
    const making = new Making()
    const sequelize = openSequelize(failover.url)
    sequelize.addHook('afterConnect', () => making.made())
    const { pool } = (sequelize as unknown as { connectionManager: { pool: { available: number } } }).connectionManager
    const ready = async (): Promise<void> => expect.poll(() => pool.available).toBe(1)
    await failsOnce(failover, { source: { sequelize }, making, isWaitedFor: false, ready })
    await sequelize.close()
  })
})

it('a failover in place, through a pool of pg, costs no more where a connection was being made meanwhile', async () => {
  await using failover = await failoverOf(drivers[0], 'making_pool')
  const making = new Making()
  const pool = new pg.Pool({
    connectionString: failover.url,
    verify: (_, done) => void making.made().then(() => done()),
  })
  const ready = async (): Promise<void> => expect.poll(() => pool.idleCount).toBe(1)
  await failsOnce(failover, { source: { pool }, making, isWaitedFor: true, ready })
  await pool.end()
})
