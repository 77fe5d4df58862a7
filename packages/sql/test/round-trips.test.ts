import { SQLStore, type SQLStoreOptions } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { counting } from './support/counting.ts'
import { message } from './support/failure.ts'

// Statements are shown whole.
const postgres = await startPostgres({ settings: { track_activity_query_size: '16384' } })
const mariadb = await startMariaDB({ own: true })
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))

/** Round trips of one append to a session that is there, on a connection that has done it before. */
async function tripsOfAppend(url: string, options: SQLStoreOptions): Promise<number> {
  const proxy = await counting(url)
  const store = new SQLStore({ url: proxy.url, createTables: true, ...options })
  for (let time = 0; time < 3; time++) await store.session('s').addItems([message('again')])
  const before = proxy.trips()
  await store.session('s').addItems([message('once')])
  const trips = proxy.trips() - before
  await store.close()
  proxy.close()
  return trips
}

it('appends in one round trip on Postgres, with retries and with a ttl too', async () => {
  const url = await postgres.createDatabase()
  expect(await tripsOfAppend(url, {})).toBe(1)
  expect(await tripsOfAppend(url, { retries: 3 })).toBe(1)
  expect(await tripsOfAppend(url, { ttl: 60 })).toBe(1)
})

it('appends the first items of a session, many items and an operation of the caller in one round trip on Postgres', async () => {
  const proxy = await counting(await postgres.createDatabase())
  const store = new SQLStore({ url: proxy.url, createTables: true })
  const operation = (id: string): Promise<void> =>
    store.session('s').applyHistoryTransaction({
      operationId: id,
      transaction: { type: 'append_items', items: [message(id)] },
    })
  await store.session('s').addItems([message('again')])
  await operation('a')
  const works = [
    () => store.session('s').addItems(Array.from({ length: 20 }, (_, index) => message(`${index}`))),
    () => store.session('new').addItems([message('first')]),
    () => operation('b'),
    () => store.session('s').getItems(20),
  ]
  for (const work of works) {
    // What is prepared already costs nothing more.
    await work()
  }
  for (const [index, work] of works.entries()) {
    const before = proxy.trips()
    await (index === 2 ? operation('c') : work())
    expect(proxy.trips() - before).toBe(1)
  }
  await store.close()
  proxy.close()
})

it('reads a page wherever it lies, and takes a free lease and writes under it, in one round trip on Postgres', async () => {
  const proxy = await counting(await postgres.createDatabase())
  const store = new SQLStore({ url: proxy.url, createTables: true })
  const session = store.session('s')
  await session.addItems(Array.from({ length: 500 }, (_, index) => message(`${index}`)))
  const { entries } = await session.page({ limit: 500 })
  const middle = entries[250]?.id ?? ''
  const row = { token: 'token', leaseMs: 1_000, waiting: '' }
  let version = 0
  const works = [
    () => session.page(),
    () => session.page({ before: middle }),
    () => session.page({ after: middle }),
    () => store.records.lease(`${version}`, { expect: null, row: { ...row, version: 'first' } }),
    () => store.records.commit(`${version}`, { lease: 'token', append: ['{}'] }),
    () => store.records.lease(`${version}`, { expect: 'first', row: { ...row, version: 'second' } }),
    () => store.records.lease(`${version}`, { expect: 'second', row: null }),
  ]
  const trips: number[] = []
  for (; version < 2; version++) {
    for (const [index, work] of works.entries()) {
      const before = proxy.trips()
      await work()
      trips[index] = proxy.trips() - before
    }
  }
  expect(trips).toEqual(works.map(() => 1))
  await store.close()
  proxy.close()
})

it('appends in four round trips on MariaDB, to a session that it wrote before: begin, touch, insert, commit', async () => {
  const url = await mariadb.createDatabase()
  expect(await tripsOfAppend(url, {})).toBe(4)
  expect(await tripsOfAppend(url, { ttl: 60 })).toBe(4)
  expect(await tripsOfAppend(url.replace('mariadb:', 'mysql:'), {})).toBe(4)
})

it('binds what it writes: no item is in a text of a statement that the server shows', async () => {
  const [pg, maria] = [await postgres.createDatabase(), await mariadb.createDatabase()]
  for (const url of [pg, maria, maria.replace('mariadb:', 'mysql:')]) {
    const admin = new Admin(url)
    await using store = new SQLStore({ url, createTables: true, retries: 1 })
    const session = store.session('the-session')
    const works = [
      () => session.addItems([message('the-secret')]),
      () => session.setMetadata({ name: 'the-secret' }),
      () => session.getItems(),
      () => session.addItems([message('the-secret'), message('the-secret')]),
      () => session.popItem(),
      () => session.addItems([message('the-secret')]),
    ]
    const texts: string[] = []
    if (!admin.isPostgres) await admin.execute("SET GLOBAL log_output = 'TABLE', GLOBAL general_log = ON")
    for (const work of works) {
      await work()
      if (admin.isPostgres) {
        // The latest of each connection.
        const sql = 'SELECT query AS text FROM pg_stat_activity WHERE datname = current_database()'
        texts.push(...(await admin.select<{ text: string }>(sql)).map(({ text }) => text))
      }
    }
    if (!admin.isPostgres) {
      await admin.execute('SET GLOBAL general_log = OFF')
      const sql =
        "SELECT CAST(argument AS CHAR) AS text FROM mysql.general_log WHERE command_type IN ('Prepare', 'Query')"
      texts.push(...(await admin.select<{ text: string }>(sql)).map(({ text }) => text))
    }
    expect(texts.some((text) => text.includes('INSERT INTO') && text.includes('message_data'))).toBe(true)
    for (const text of texts) expect(text).not.toMatch(/the-secret|the-session/)
    await admin.close()
  }
})
