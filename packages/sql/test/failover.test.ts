import { SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres, startProxy } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'

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

/** Until each call had a connection of its own, and none is being made: that one would come from the old server later. */
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

describe.each([
  { name: 'pg', scheme: 'postgres:', from: oldPostgres, to: newPostgres },
  { name: 'mariadb', scheme: 'mariadb:', from: oldMariaDB, to: newMariaDB },
  { name: 'mysql2', scheme: 'mysql:', from: oldMariaDB, to: newMariaDB },
])('a failover in place, through $name', ({ name, scheme, from, to }) => {
  it('throws away the connections to the server that is read-only now; with one retry no call fails', async () => {
    const database = `failover_${name}`
    const [before, after] = [await prepare(from.url, database), await prepare(to.url, database)]
    const proxy = await startProxy({ host: new URL(from.url).hostname, port: Number(new URL(from.url).port) })
    const url = Object.assign(new URL(proxy.url(from.url)), { username: database, pathname: `/${database}` })
    url.protocol = scheme
    const plain = url.href.replace(/^[a-z]+:/, scheme)
    const direct = Object.assign(new URL(to.url), { username: database, pathname: `/${database}` })
    await using made = new SQLStore({ url: direct.href.replace(/^[a-z]+:/, scheme), createTables: true })
    await made.session('s0').addItems([message('new')])
    await using store = new SQLStore({ url: plain, createTables: true })
    await using persistent = new SQLStore({ url: plain, createTables: true, retries: 1 })
    const ids = Array.from({ length: connections }, (_, index) => `s${index}`)
    // Each keeps a connection of the pool for a while.
    await Promise.all(ids.map((id) => persistent.session(id).addItems(Array(50).fill(message('old')))))
    await Promise.all(ids.map((id) => store.session(id).getItems()))
    await allConnected(before, database)

    await makeReadOnly(before)
    proxy.leadTo({ host: new URL(to.url).hostname, port: Number(new URL(to.url).port) })
    for (const id of ids) await persistent.session(id).addItems([message('new')])
    for (const id of ids) await store.session(id).addItems([message('newer')])
    expect(await made.session('s0').getItems()).toEqual(['new', 'new', 'newer'].map(message))
    expect(await made.session('s1').getItems()).toEqual(['new', 'newer'].map(message))

    await before.execute(before.isPostgres ? 'ALTER SYSTEM RESET ALL' : 'SET GLOBAL read_only = 0')
    if (before.isPostgres) await before.execute('SELECT pg_reload_conf()')
    await Promise.all([before.close(), after.close()])
    await proxy.stop()
  })

  it('costs one failed call where nothing is to be tried again', async () => {
    const database = `plain_${name}`
    const [before, after] = [await prepare(from.url, database), await prepare(to.url, database)]
    const proxy = await startProxy({ host: new URL(from.url).hostname, port: Number(new URL(from.url).port) })
    const withUser = (url: string): string => {
      const changed = Object.assign(new URL(url), { username: database, pathname: `/${database}` })
      return changed.href.replace(/^[a-z]+:/, scheme)
    }
    await using made = new SQLStore({ url: withUser(to.url), createTables: true })
    await made.session('s0').getItems()
    await using store = new SQLStore({ url: withUser(proxy.url(from.url)), createTables: true })
    const ids = Array.from({ length: connections }, (_, index) => `s${index}`)
    await Promise.all(ids.map((id) => store.session(id).addItems(Array(50).fill(message('old')))))
    await Promise.all(ids.map((id) => store.session(id).getItems()))
    await allConnected(before, database)
    await makeReadOnly(before)
    proxy.leadTo({ host: new URL(to.url).hostname, port: Number(new URL(to.url).port) })
    const error = await failure(store.session('s0').addItems([message('new')]))
    expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: false })
    for (const id of ids) await store.session(id).addItems([message('new')])
    expect(await made.session('s0').getItems()).toEqual([message('new')])
    await before.execute(before.isPostgres ? 'ALTER SYSTEM RESET ALL' : 'SET GLOBAL read_only = 0')
    if (before.isPostgres) await before.execute('SELECT pg_reload_conf()')
    await Promise.all([before.close(), after.close()])
    await proxy.stop()
  })
})
