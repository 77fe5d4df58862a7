import { SQLSession, SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { QueryTypes } from 'sequelize'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'
import { openSequelize } from './support/sequelize.ts'

const postgres = await startPostgres()
// Otherwise a lock is waited for 50 seconds.
const mariadb = await startMariaDB({ settings: { innodb_lock_wait_timeout: '1' } })
const mysql = await startMySQL({ settings: { innodb_lock_wait_timeout: '1' } })
const servers = [
  { name: 'pg', database: () => postgres.createDatabase() },
  { name: 'mariadb', database: () => mariadb.createDatabase() },
  { name: 'mysql2', database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:') },
  ...(mysql ? [{ name: 'MySQL', database: () => mysql.createDatabase() }] : []),
]
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))

describe.each(servers)('with $name', ({ database }) => {
  it('sessions by one url share one pool, closed with the last', async () => {
    const url = await database()
    const admin = new Admin(url)
    const sessions = Array.from({ length: 200 }, (_, index) => {
      return new SQLSession({ sessionId: `s${index}`, url, createTables: true })
    })
    expect(await admin.countConnections()).toBe(0)
    await Promise.all(sessions.map((session) => session.addItems([message('hello')])))
    expect(await admin.countConnections()).toBeGreaterThan(0)
    expect(await admin.countConnections()).toBeLessThanOrEqual(10)
    const [last, ...others] = sessions
    await Promise.all(others.map((session) => session.close()))
    expect(await last?.getItems()).toEqual([message('hello')])
    await last?.close()
    await expect.poll(() => admin.countConnections()).toBe(0)
    await admin.close()
  })

  it('never closes a Sequelize of the caller, and says so once its owner has', async () => {
    const sequelize = openSequelize(await database())
    const session = new SQLSession({ sessionId: 'a', sequelize, createTables: true })
    await session.addItems([message('hello')])
    await session.close()
    await sequelize.query('SELECT 1', { type: QueryTypes.SELECT })

    const used = new SQLStore({ sequelize })
    await used.session('a').getItems()
    await sequelize.close()
    const unused = new SQLStore({ sequelize })
    for (const store of [used, unused]) {
      const error = await failure(store.session('a').addItems([message('hello')]))
      expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: false, ambiguous: false })
      expect(error.message).toMatch(/closed by its owner/)
      await store.close()
    }
  })

  it('says SESSION_BUSY in bounded time where the pool has no connection left, however many retries', async () => {
    const sequelize = openSequelize(await database(), { pool: { max: 1, acquire: 200 } })
    const store = new SQLStore({ sequelize, createTables: true, retries: 1_000 })
    await store.session('a').getItems()
    const transaction = await sequelize.transaction()
    const startedAt = performance.now()
    const error = await failure(store.session('a').addItems([message('hello')]))
    expect(error).toMatchObject({ code: 'SESSION_BUSY', retryable: true, ambiguous: false })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    await transaction.rollback()
    await store.session('a').addItems([message('hello')])
    expect(await store.session('a').getItems()).toHaveLength(1)
    await sequelize.close()
  })

  it('says SESSION_BUSY in bounded time where someone keeps the row of the session', async () => {
    const url = await database()
    const sequelize = openSequelize(url.replace('mariadb:', 'mysql:'))
    const store = new SQLStore({ url, createTables: true, busyTimeoutMs: 300 })
    await store.session('a').addItems([message('one')])
    const transaction = await sequelize.transaction()
    await sequelize.query("SELECT * FROM agent_sessions WHERE session_id = 'a' FOR UPDATE", { transaction })
    const startedAt = performance.now()
    const works = [store.session('a').addItems([message('two')]), store.session('a').popItem()]
    for (const error of await Promise.all(works.map(failure))) {
      expect(error).toMatchObject({ code: 'SESSION_BUSY', retryable: true, ambiguous: false })
    }
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    // Reading waits for nobody.
    expect(await store.session('a').getItems()).toEqual([message('one')])
    await transaction.rollback()
    await store.session('a').addItems([message('two')])
    expect(await store.session('a').getItems()).toEqual([message('one'), message('two')])
    await store.close()
    await sequelize.close()
  })

  it('tries again where it was chosen as the victim of a deadlock', async () => {
    const url = await database()
    const sequelize = openSequelize(url.replace('mariadb:', 'mysql:'))
    const admin = new Admin(url)
    // Postgres gives up the one that looks for a deadlock first, and each looks once.
    if (admin.isPostgres)
      await admin.execute(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET deadlock_timeout = '2s'`)
    const store = new SQLStore({ url, createTables: true })
    await store.session('a').addItems([message('one')])
    // Whoever writes a message counts it: a second lock, which the other one takes first.
    await admin.execute('CREATE TABLE counter (n INTEGER, filler INTEGER)')
    await admin.execute('INSERT INTO counter VALUES (0, 0)')
    await admin.countMessages()
    const deadlocks = await admin.countDeadlocks()
    const transaction = await sequelize.transaction()
    if (admin.isPostgres) await sequelize.query("SET LOCAL deadlock_timeout = '60s'", { transaction })
    await sequelize.query('UPDATE counter SET n = n + 1', { transaction })
    // MariaDB spares the one that has written more.
    const fillers = Array.from({ length: 200 }, (_, index) => `(0, ${index})`).join(', ')
    await sequelize.query(`INSERT INTO counter VALUES ${fillers}`, { transaction })
    const append = store.session('a').addItems([message('two')])
    await expect.poll(() => admin.countWaiting()).toBeGreaterThan(0)
    await sequelize.query("UPDATE agent_sessions SET created_at = created_at WHERE session_id = 'a'", { transaction })
    await transaction.commit()
    await append
    expect(await store.session('a').getItems()).toEqual([message('one'), message('two')])
    await expect.poll(() => admin.countDeadlocks()).toBeGreaterThan(deadlocks)
    await store.close()
    await admin.close()
    await sequelize.close()
  })

  it('serves stores that may make the tables beside stores that may not, on one pool', async () => {
    const url = await database()
    await using may = new SQLStore({ url, createTables: true })
    await using mayNot = new SQLStore({ url })
    const refused = failure(mayNot.session('a').getItems())
    await may.session('a').addItems([message('hello')])
    expect((await refused).code).toBe('SESSION_SCHEMA_MISSING')
    expect(await mayNot.session('a').getItems()).toEqual([message('hello')])
  })

  it('works with no patience at all where nobody is in the way', async () => {
    await using store = new SQLStore({ url: await database(), createTables: true, busyTimeoutMs: 0 })
    await store.session('a').addItems([message('hello')])
    expect(await store.session('a').popItem()).toEqual(message('hello'))
  })

  it('says why there is no connection, and whether trying again helps', async () => {
    const url = new URL(await database())
    const wrongDatabase = Object.assign(new URL(url), { pathname: '/nobody_made_this' })
    const wrongPort = Object.assign(new URL(url), { port: '1' })
    const wrongHost = Object.assign(new URL(url), { hostname: 'nowhere.invalid' })
    const cases = [
      { of: wrongDatabase, retryable: false, message: /database that the url names does not exist/ },
      { of: wrongPort, retryable: true, message: /no connection/ },
      { of: wrongHost, retryable: true, message: /no connection/ },
    ]
    for (const { of, retryable, message: text } of cases) {
      await using store = new SQLStore({ url: of.href })
      const error = await failure(store.session('a').addItems([message('hello')]))
      expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable, ambiguous: false, operation: 'addItems' })
      expect(error.message).toMatch(text)
    }
  })
})

it.each(['busyTimeoutMs', 'timeoutMs'])('%s that no timer can wait for is refused', (option) => {
  for (const url of ['postgres://localhost/db', 'mariadb://localhost/db', 'mysql://localhost/db', 'sqlite:x.db']) {
    expect(() => new SQLStore({ url, [option]: 2 ** 31 - 1 })).not.toThrow()
    for (const ms of [2 ** 31, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new SQLStore({ url, [option]: ms })).toThrow(RangeError)
      expect(() => new SQLStore({ url, [option]: ms })).toThrow(option)
    }
  }
})
