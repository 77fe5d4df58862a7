import { SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'
import { openSequelize } from './support/sequelize.ts'

const [postgres, mariadb] = [await startPostgres(), await startMariaDB()]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))

const servers = [
  { name: 'pg', database: () => postgres.createDatabase() },
  { name: 'mariadb', database: () => mariadb.createDatabase() },
  { name: 'mysql2', database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:') },
]

describe.each(servers)('with $name', ({ database }) => {
  it('twenty writes that wait for one locked row keep nobody else from the pool, and all come in order', async () => {
    const url = await database()
    const sequelize = openSequelize(url.replace('mariadb:', 'mysql:'))
    const admin = new Admin(url)
    await using store = new SQLStore({ url, createTables: true })
    await store.session('locked').addItems([message('first')])
    await store.session('other').addItems([message('first')])
    const transaction = await sequelize.transaction()
    await sequelize.query("SELECT * FROM agent_sessions WHERE session_id = 'locked' FOR UPDATE", { transaction })
    const writes = Array.from({ length: 20 }, (_, index) => store.session('locked').addItems([message(`${index}`)]))
    const deletions = Array.from({ length: 20 }, () => store.deleteSessions({ prefix: 'locked' }))
    const connectionsAtMost = 4
    await expect.poll(() => admin.countWaiting()).toBeGreaterThan(0)
    // Nobody waits on more than one connection for the session, and on one for the deletions.
    expect(await store.session('other').getItems()).toEqual([message('first')])
    await store.session('other').addItems([message('second')])
    expect(await store.session('locked').getItems()).toEqual([message('first')])
    expect(await admin.countWaiting()).toBeLessThanOrEqual(connectionsAtMost)
    await transaction.rollback()
    await Promise.all(writes)
    await Promise.all(deletions)
    const contents = (await store.session('locked').getItems()).map((item) => (item as { content: string }).content)
    const numbers = contents.filter((content) => content !== 'first').map(Number)
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    await Promise.all([sequelize.close(), admin.close()])
  })

  it('a lock is waited for as long as the store says, whatever the server would', async () => {
    const url = await database()
    const sequelize = openSequelize(url.replace('mariadb:', 'mysql:'))
    await using store = new SQLStore({ url, createTables: true, busyTimeoutMs: 1_500 })
    await store.session('a').addItems([message('one')])
    const transaction = await sequelize.transaction()
    await sequelize.query("SELECT * FROM agent_sessions WHERE session_id = 'a' FOR UPDATE", { transaction })
    const startedAt = performance.now()
    const error = await failure(store.session('a').addItems([message('two')]))
    expect(error).toMatchObject({ code: 'SESSION_BUSY', retryable: true, ambiguous: false })
    expect(performance.now() - startedAt).toBeGreaterThan(1_400)
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    await transaction.rollback()
    await store.session('a').addItems([message('two')])
    await sequelize.close()
  })

  it('a write in the queue gives up when its own time is over, and those behind it go on', async () => {
    const url = await database()
    const sequelize = openSequelize(url.replace('mariadb:', 'mysql:'))
    const pool = openSequelize(url)
    await using patient = new SQLStore({ sequelize: pool, createTables: true })
    await using hasty = new SQLStore({ sequelize: pool, busyTimeoutMs: 100 })
    await patient.session('a').addItems([message('one')])
    await hasty.session('a').getItems()
    const transaction = await sequelize.transaction()
    await sequelize.query("SELECT * FROM agent_sessions WHERE session_id = 'a' FOR UPDATE", { transaction })
    const first = patient.session('a').addItems([message('two')])
    const error = await failure(hasty.session('a').addItems([message('never')]))
    expect(error).toMatchObject({ code: 'SESSION_BUSY', retryable: true, ambiguous: false })
    const last = patient.session('a').addItems([message('three')])
    await transaction.rollback()
    await Promise.all([first, last])
    expect(await patient.session('a').getItems()).toEqual(['one', 'two', 'three'].map(message))
    await Promise.all([sequelize.close(), pool.close()])
  })

  it('a call inside of a transaction that has the only connection ends in bounded time, and its error says so', async () => {
    const sequelize = openSequelize(await database(), { pool: { max: 1 } })
    await using store = new SQLStore({ sequelize, createTables: true, busyTimeoutMs: 300 })
    await store.session('a').addItems([message('one')])
    const startedAt = performance.now()
    const works: (() => Promise<unknown>)[] = [
      () => store.session('a').addItems([message('two')]),
      () => store.session('a').getItems(),
    ]
    for (const work of works) {
      const error = await failure(sequelize.transaction(() => work()))
      expect(error).toMatchObject({ code: 'SESSION_BUSY', retryable: true, ambiguous: false })
      expect(error.message).toMatch(/sequelize\.transaction\(\).*pool\.max/)
    }
    // Far less than the 60 seconds of Sequelize's own pool.acquire.
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    await store.session('a').addItems([message('two')])
    expect(await store.session('a').getItems()).toHaveLength(2)
    await sequelize.close()
  })

  it('a role that has all its connections is waited for, and then it is SESSION_BUSY', async () => {
    const url = await database()
    const admin = new Admin(url)
    const role = `few_${new URL(url).pathname.slice(-12)}`
    const own = new URL(url).pathname.slice(1)
    if (admin.isPostgres) {
      await admin.execute(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 1`)
      await admin.execute(`GRANT ALL ON SCHEMA public TO ${role}`)
    } else {
      await admin.execute(`CREATE USER ${role}@'%' WITH MAX_USER_CONNECTIONS 1`)
      await admin.execute(`GRANT ALL ON ${own}.* TO ${role}@'%'`)
    }
    const few = Object.assign(new URL(url), { username: role }).href
    const holder = openSequelize(few.replace('mariadb:', 'mysql:'), { pool: { max: 1 } })
    const transaction = await holder.transaction()
    await using hasty = new SQLStore({ url: few, createTables: true, busyTimeoutMs: 400 })
    const startedAt = performance.now()
    const error = await failure(hasty.session('a').addItems([message('never')]))
    expect(error).toMatchObject({ code: 'SESSION_BUSY', retryable: true, ambiguous: false })
    expect(performance.now() - startedAt).toBeGreaterThan(350)
    await using patient = new SQLStore({ url: few, createTables: true, busyTimeoutMs: 20_000 })
    const waiting = patient.session('a').addItems([message('one')])
    expect(await Promise.race([waiting, failure(hasty.session('a').getItems())])).toMatchObject({
      code: 'SESSION_BUSY',
    })
    await transaction.rollback()
    await holder.close()
    await waiting
    expect(await patient.session('a').getItems()).toEqual([message('one')])
    await patient.close()
    await admin.close()
  })
})
