import { PGlite } from '@electric-sql/pglite'
import { type SQLClient, SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { createPool as createCallbackPool } from 'mysql2'
import { Pool } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { failure, message } from './support/failure.ts'
import { committing, kinds, type UserDatabase } from './support/transactions.ts'

const [postgres, mariadb] = await Promise.all([startPostgres(), startMariaDB()])
const opened: UserDatabase[] = []
afterAll(async () => {
  await Promise.all(opened.map((database) => database.end()))
  await Promise.all([postgres.stop(), mariadb.stop()])
})

function keep(database: UserDatabase): UserDatabase {
  opened.push(database)
  return database
}

it('a released client is refused, whatever its next user does with it', async () => {
  const pool = new Pool({ connectionString: await postgres.createDatabase(), max: 1 })
  const store = new SQLStore({ pool, createTables: true })
  await store.ping()
  const client = await pool.connect()
  await client.query('BEGIN')
  const joined = store.using(client)
  await joined.session('a').addItems([message('1')])
  await client.query('COMMIT')
  client.release()
  const next = await pool.connect()
  await next.query('BEGIN')
  const error = await failure(joined.session('a').addItems([message('2')]))
  expect(error).toMatchObject({ code: 'SESSION_UNSUPPORTED', message: /given back to its pool/ })
  await next.query('COMMIT')
  next.release()
  expect(await store.session('a').getItems()).toEqual([message('1')])
  await pool.end()
})

it('a transaction that has failed before, and a client that is gone, say so', async () => {
  const database = keep(kinds.pg(await postgres.createDatabase()))
  const store = new SQLStore({ ...database.options, createTables: true })
  await store.ping()
  const { client, query, rollback } = await database.begin()
  const joined = store.using(client)
  await query('SELECT 1 / 0').catch(() => undefined)
  const failed = await failure(joined.session('a').addItems([message('a')]))
  expect(failed).toMatchObject({ code: 'SESSION_UNSUPPORTED', message: /failed in the transaction before/ })
  await rollback()
})

describe('takes', () => {
  const store = new SQLStore({ url: 'postgres://localhost/x' })
  it.each([
    ['a pool of pg', () => new Pool()],
    ['a pool of mysql2', () => createCallbackPool('mysql://localhost/x').promise()],
    ['a url', () => 'postgres://localhost/x'],
    ['nothing', () => undefined],
    ['an object', () => ({})],
  ])('no client that is %s', (_, make) => {
    expect(() => store.using(make() as unknown as SQLClient)).toThrow(/^using\(\) takes a client of pg/)
  })

  it('no client of another kind of database', async () => {
    const database = keep(kinds.mariadb(await mariadb.createDatabase()))
    const { client, release } = await database.idle()
    expect(() => store.using(client)).toThrow(/the client is one of mariadb, and the store one of postgres/)
    release()
  })
})

it('a transaction of PGlite is one too', async () => {
  const pool = new PGlite()
  const store = new SQLStore({ pool, createTables: true })
  await store.ping()
  await pool.transaction(async (transaction) => {
    await store
      .using(transaction)
      .session('a')
      .addItems([message('1')])
    await transaction.rollback()
  })
  const gone = await pool.transaction(async (transaction) => {
    const joined = store.using(transaction)
    await joined.session('a').addItems([message('2')])
    return joined
  })
  expect((await failure(gone.session('a').getItems())).code).toBe('SESSION_UNSUPPORTED')
  expect(await store.session('a').getItems()).toEqual([message('2')])
  await pool.close()
})

it('with autocommit off, which is not turned on, and through MariaDB of Sequelize', async () => {
  const url = await mariadb.createDatabase()
  const database = keep(kinds.mysql2(url))
  const store = new SQLStore({ ...database.options, createTables: true })
  await store.ping()
  const { client, query, rollback } = await database.begin()
  await query('ROLLBACK')
  await query('SET autocommit = 0')
  await store
    .using(client)
    .session('a')
    .addItems([message('1')])
  await query('ROLLBACK')
  await query('SET autocommit = 1')
  await rollback()
  expect(await store.session('a').getItems()).toEqual([])

  const sequelize = keep(kinds.sequelize(url.replace('mariadb:', 'mysql:')))
  await committing(sequelize, store, (joined) => joined.session('a').addItems([message('2')]))
  expect(await store.session('a').getItems()).toEqual([message('2')])
})

it('keeps what the caller has said of locks, and waits for others no longer than its store does', async () => {
  const database = keep(kinds.pg(await postgres.createDatabase()))
  const store = new SQLStore({ ...database.options, createTables: true, busyTimeoutMs: 50 })
  await store.session('a').addItems([message('1')])
  const [holder, waiter] = [await database.begin(), await database.begin()]
  await holder.query("SELECT 1 FROM agent_sessions WHERE session_id = 'a' FOR UPDATE")
  await waiter.query("SET LOCAL lock_timeout = '7s'")
  const joined = store.using(waiter.client)
  const error = await failure(joined.session('a').addItems([message('2')]))
  expect(error).toMatchObject({ code: 'SESSION_BUSY', retryable: false, ambiguous: false })
  await joined.session('b').addItems([message('3')])
  expect(JSON.stringify(await waiter.query('SHOW lock_timeout'))).toContain('"lock_timeout":"7s"')
  await holder.rollback()
  await waiter.commit()
  expect(await store.session('b').getItems()).toEqual([message('3')])
})

it('what cannot go on says so: a client that was cut off, a snapshot that is too old, a deadlock', async () => {
  const database = keep(kinds.pg(await postgres.createDatabase()))
  const store = new SQLStore({ ...database.options, createTables: true })
  await store.session('a').addItems([message('1')])
  const lost = { retryable: false, ambiguous: false, message: /is lost: end it with ROLLBACK/ }

  const old = await database.begin()
  await old.query('ROLLBACK')
  await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await store.using(old.client).session('a').getItems()
  await store.session('a').addItems([message('2')])
  const tooOld = await failure(
    store
      .using(old.client)
      .session('a')
      .addItems([message('3')]),
  )
  expect(tooOld).toMatchObject({ ...lost, code: 'SESSION_BUSY' })
  await old.rollback()

  const pool = new Pool({ connectionString: await postgres.createDatabase() })
  const others = new SQLStore({ pool, createTables: true })
  await others.ping()
  const client = await pool.connect()
  const ended = new Promise((resolve) => client.on('error', resolve))
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  await client.query('BEGIN')
  await others
    .using(client)
    .session('a')
    .addItems([message('1')])
  await pool.query(`SELECT pg_terminate_backend(${rows[0].pid})`)
  await ended
  const cut = await failure(
    others
      .using(client)
      .session('a')
      .addItems([message('2')]),
  )
  expect(cut).toMatchObject({ ...lost, code: 'SESSION_UNAVAILABLE' })
  client.release(true)
  expect(await others.session('a').getItems()).toEqual([])
  await pool.end()

  const mariadbs = keep(kinds.mariadb(await mariadb.createDatabase()))
  const shop = new SQLStore({ ...mariadbs.options, createTables: true })
  await Promise.all(['a', 'b'].map((id) => shop.session(id).addItems([message('1')])))
  const [one, two] = [await mariadbs.begin(), await mariadbs.begin()]
  await shop
    .using(one.client)
    .session('a')
    .addItems([message('one')])
  await shop
    .using(two.client)
    .session('b')
    .addItems([message('two')])
  const crossed = [[one, 'b'] as const, [two, 'a'] as const].map(
    async ([{ client: crossing, commit, rollback }, id]) => {
      try {
        await shop
          .using(crossing)
          .session(id)
          .addItems([message('crossed')])
        await commit()
        return undefined
      } catch (error) {
        await rollback()
        return error
      }
    },
  )
  const [deadlock, ...more] = (await Promise.all(crossed)).filter((error) => error !== undefined)
  expect(deadlock).toMatchObject({ ...lost, code: 'SESSION_BUSY' })
  expect(more).toEqual([])
  expect(await shop.session('a').getItems()).toHaveLength(2)
  expect(await shop.session('b').getItems()).toHaveLength(2)
})
