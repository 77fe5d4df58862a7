import { DatabaseSync } from 'node:sqlite'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from './support/folder.ts'

const item = (content: string) => ({ role: 'user', content }) as const
const refused = { code: 'SESSION_UNSUPPORTED', retryable: false }

/** What both drivers have. */
interface Caller {
  exec(sql: string): unknown
  prepare(sql: string): { get(): unknown }
  close(): unknown
}

const drivers: [
  string,
  'better-sqlite3' | 'node:sqlite',
  (path: string) => Caller & (Database.Database | DatabaseSync),
][] = [
  ['better-sqlite3', 'better-sqlite3', (path) => new Database(path)],
  ['node:sqlite', 'node:sqlite', (path) => new DatabaseSync(path)],
]

/** Whether the store has a connection of its own to the file, or that of the caller. */
const ways = ['a path', 'the same database'] as const

describe.each(drivers)('using a database of %s', (_, driver, open) => {
  describe.each(ways)('with a store of %s', (way) => {
    async function setUp(): Promise<{ store: SQLiteStore; database: ReturnType<typeof open>; count(): unknown }> {
      const path = temporaryFile()
      const database = open(path)
      const store = new SQLiteStore(
        way === 'a path' ? { path, driver, busyTimeoutMs: 0 } : { database, busyTimeoutMs: 0 },
      )
      await store.ping()
      database.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY)')
      const count = (): unknown => (database.prepare('SELECT count(*) AS n FROM orders').get() as { n: unknown }).n
      return { store, database, count }
    }

    it('a conversation and an order are there together', async () => {
      const { store, database, count } = await setUp()
      database.exec('BEGIN')
      const joined = store.using(database)
      const session = joined.session('a')
      await Promise.all([
        session.addItems([item('1')]),
        session.addItems([item('2')]),
        joined.session('b').addItems([item('3')]),
      ])
      database.exec('INSERT INTO orders VALUES (1)')
      expect(await session.getItems()).toHaveLength(2)
      if (way === 'a path') expect(await store.session('a').getItems(), 'for nobody before COMMIT').toEqual([])
      await joined.close()
      database.exec('COMMIT')
      expect(await store.session('a').getItems()).toEqual([item('1'), item('2')])
      expect(count()).toBe(1)
      await store.close()
      database.exec('INSERT INTO orders VALUES (2)')
      database.close()
    })

    it('after ROLLBACK nothing was ever there, for whoever had read it', async () => {
      const { store, database, count } = await setUp()
      const outer = store.session('a')
      await outer.addItems([item('kept')])
      database.exec('BEGIN IMMEDIATE')
      const session = store.using(database).session('a')
      await session.addItems([item('lost 1'), item('lost 2')])
      expect(await session.popItem()).toEqual(item('lost 2'))
      await outer.getItems()
      database.exec('INSERT INTO orders VALUES (1); ROLLBACK')
      expect(await outer.getItems()).toEqual([item('kept')])
      expect(await outer.popItem()).toEqual(item('kept'))
      database.exec('BEGIN')
      await session.addItems([item('again')])
      expect(await session.popItem()).toEqual(item('again'))
      database.exec('COMMIT')
      expect(await outer.getItems()).toEqual([])
      expect(count()).toBe(0)
      await store.close()
      database.close()
    })

    it('a call that fails is undone, and leaves the transaction as it was', async () => {
      const { store, database, count } = await setUp()
      database.exec(`CREATE TRIGGER refusing BEFORE INSERT ON agent_messages WHEN NEW.message_data LIKE '%refused%'
        BEGIN SELECT RAISE(ABORT, 'no'); END`)
      database.exec('BEGIN')
      const session = store.using(database).session('a')
      const calls = ['1', 'refused', '2'].map((content) => session.addItems([item('with it'), item(content)]))
      const outcomes = await Promise.allSettled(calls)
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(outcomes[1]).toMatchObject({
        reason: { code: 'SESSION_BACKEND', retryable: false, message: /transaction .* goes on/ },
      })
      database.exec('INSERT INTO orders VALUES (1); COMMIT')
      expect(await store.session('a').getItems()).toEqual([item('with it'), item('1'), item('with it'), item('2')])
      expect(count()).toBe(1)
      await store.close()
      database.close()
    })

    it('is refused where no transaction is open, before and after, and nothing is written', async () => {
      const { store, database } = await setUp()
      const joined = store.using(database)
      await expect(joined.session('a').addItems([item('1')])).rejects.toMatchObject(refused)
      await expect(joined.session('a').getItems()).rejects.toMatchObject(refused)
      database.exec('BEGIN')
      await joined
        .using(database)
        .session('a')
        .addItems([item('2')])
      await expect(joined.session('a').exclusive(async () => undefined)).rejects.toMatchObject(refused)
      const calls = ['3', '4', '5'].map((content) => joined.session('a').addItems([item(content)]))
      // Not awaited: what waits for the end of the turn finds no transaction.
      database.exec('COMMIT')
      const outcomes = await Promise.allSettled(calls)
      const written = ['3', '4', '5'].filter((_, at) => outcomes[at]?.status === 'fulfilled')
      expect(written.length).toBeLessThan(3)
      for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(refused)
      expect(await store.session('a').getItems()).toEqual([item('2'), ...written.map(item)])
      await store.close()
      expect(() => store.using(database)).toThrow(/was closed/)
      database.close()
    })
  })

  it('makes no tables', async () => {
    const database = open(temporaryFile())
    const store = new SQLiteStore({ path: temporaryFile(), driver })
    database.exec('BEGIN')
    const writing = store
      .using(database)
      .session('a')
      .addItems([item('1')])
    await expect(writing).rejects.toMatchObject({
      code: 'SESSION_SCHEMA_MISSING',
      message: /use the store itself before/,
    })
    database.exec('COMMIT')
    database.close()
  })
})

it('a transaction that another process keeps from writing says so at once', async () => {
  const path = temporaryFile()
  const [database, other] = [new Database(path, { timeout: 1 }), new Database(path)]
  const store = new SQLiteStore({ path })
  await store.ping()
  other.exec('BEGIN IMMEDIATE')
  database.exec('BEGIN')
  const error = { code: 'SESSION_BUSY', retryable: false }
  await expect(
    store
      .using(database)
      .session('a')
      .addItems([item('1')]),
  ).rejects.toMatchObject(error)
  other.exec('ROLLBACK')
  database.exec('ROLLBACK')
  await store.close()
})

it.each([
  ['nothing', undefined],
  ['a path', 'x.db'],
  ['an object', {}],
])('takes no %s', (_, given) => {
  expect(() => new SQLiteStore().using(given as never)).toThrow(TypeError)
})
