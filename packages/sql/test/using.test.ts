import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { failure, message } from './support/failure.ts'
import { committing, kinds, type UserDatabase } from './support/transactions.ts'

const [postgres, mariadb, mysql] = await Promise.all([startPostgres(), startMariaDB(), startMySQL()])
const opened: UserDatabase[] = []
afterAll(async () => {
  await Promise.all(opened.map((database) => database.end()))
  await Promise.all([postgres.stop(), mariadb.stop(), mysql?.stop()])
})

function keep(database: UserDatabase): UserDatabase {
  opened.push(database)
  return database
}

const servers = [
  { name: 'a client of pg', make: async () => keep(kinds.pg(await postgres.createDatabase())) },
  { name: 'a connection of mariadb', make: async () => keep(kinds.mariadb(await mariadb.createDatabase())) },
  {
    name: 'a connection of mysql2',
    make: async () => keep(kinds.mysql2(await (mysql ?? mariadb).createDatabase())),
  },
  { name: 'a transaction of Sequelize', make: async () => keep(kinds.sequelize(await postgres.createDatabase())) },
]

describe.each(servers)('using $name', async ({ make }) => {
  const database = await make()
  const store = new SQLStore({ ...database.options, createTables: true })
  await store.ping()
  await database.query('CREATE TABLE orders (id INTEGER PRIMARY KEY)')
  await database.query("ALTER TABLE agent_messages ADD CHECK (message_data NOT LIKE '%refused%')")
  afterAll(() => store.close())
  /** Of which no test knows the number. */
  let orders = 0
  const order = (): string => `INSERT INTO orders VALUES (${++orders})`
  const count = async (): Promise<number> => {
    const result = await database.query('SELECT count(*) AS n FROM orders')
    const text = JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    return Number(/"n":"?(\d+)/.exec(text)?.[1])
  }

  it('a conversation and an order are there together, for nobody before COMMIT', async () => {
    const before = await count()
    await committing(database, store, async (joined, { query }) => {
      await query(order())
      const session = joined.session('together')
      await session.addItems([message('1'), message('2')])
      await session.setMetadata({ order: orders })
      expect(await session.getItems(), 'its own writes').toHaveLength(2)
      expect(await store.session('together').getItems()).toEqual([])
      expect(await count()).toBe(before)
    })
    expect(await store.session('together').getItems()).toEqual([message('1'), message('2')])
    expect((await store.getSessionInfo('together'))?.metadata).toEqual({ order: orders })
    expect(await count()).toBe(before + 1)
  })

  it('after ROLLBACK nothing was ever there, for whoever had read it', async () => {
    const outer = store.session('undone')
    await outer.addItems([message('kept')])
    const before = await count()
    const { client, query, rollback } = await database.begin()
    const joined = store.using(client)
    const session = joined.session('undone')
    await query(order())
    await session.addItems([message('lost 1'), message('lost 2')])
    expect(await session.popItem()).toEqual(message('lost 2'))
    await joined.session('never').addItems([message('lost')])
    await rollback()
    expect(await outer.getItems()).toEqual([message('kept')])
    expect(await store.getSessionInfo('never')).toBeUndefined()
    expect(await outer.popItem()).toEqual(message('kept'))
    await outer.addItems([message('next')])
    expect(await outer.getItems()).toEqual([message('next')])
    expect(await count()).toBe(before)
    // The handle that wrote what is gone begins anew with the next transaction of its client.
    await committing(database, store, async (next) => {
      await next.session('undone').addItems([message('again')])
      expect(await next.session('undone').popItem()).toEqual(message('again'))
    })
    expect(await outer.getItems()).toEqual([message('next')])
  })

  it('a call that fails is undone, tried once, and leaves the transaction as it was', async () => {
    const before = await count()
    await committing(database, store, async (joined, { query }) => {
      await query(order())
      const session = joined.session('partly')
      await session.addItems([message('before')])
      const error = await failure(session.addItems([message('this'), message('refused')]))
      expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: false, ambiguous: false })
      expect(error.message).toMatch(/It was undone, and the transaction that it was part of goes on/)
      await session.applyHistoryTransaction({
        operationId: 'o',
        transaction: { type: 'append_items', items: [message('after')] },
      })
      await query(order())
    })
    expect(await store.session('partly').getItems()).toEqual([message('before'), message('after')])
    expect(await count()).toBe(before + 2)
  })

  it('calls at once through one client, of several stores, follow each other, and one that fails takes none along', async () => {
    await committing(database, store, async (joined, { client }) => {
      const nested = joined.using(client)
      const calls = Array.from({ length: 20 }, (_, at) =>
        (at % 2 === 0 ? joined : nested)
          .session(`of ${at % 5}`)
          .addItems([message(at % 7 === 6 ? 'refused' : `${at}`)]),
      )
      const outcomes = await Promise.allSettled(calls)
      expect(outcomes.map(({ status }) => status)).toEqual(
        outcomes.map((_, at) => (at % 7 === 6 ? 'rejected' : 'fulfilled')),
      )
      await nested.close()
      await joined.close()
      expect((await failure(joined.session('of 0').getItems())).code).toBe('SESSION_CLOSED')
    })
    const contents = await Promise.all(
      [0, 1, 2, 3, 4].map((of) => store.session<{ content: string }>(`of ${of}`).getItems()),
    )
    const found = contents.flat().map(({ content }) => Number(content))
    expect(found.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19])
  })

  it('all that a store does happens within it', async () => {
    await store.session('old').addItems([message('1'), message('2'), message('3')])
    const { client, rollback } = await database.begin()
    const joined = store.using(client)
    expect(await joined.session('old').replaceItems([message('1'), message('two')])).toMatchObject({ kept: 1 })
    await joined.forkSession('old', 'new')
    const ids = []
    for await (const { sessionId } of joined.listSessions({ prefix: 'new' })) ids.push(sessionId)
    expect(ids).toEqual(['new'])
    expect(await joined.deleteSessions({ prefix: 'old' })).toBe(1)
    expect(await joined.purgeExpired()).toBe(0)
    expect(await joined.session('new').rewind({ turns: 1 })).toHaveLength(2)
    expect(await store.session('old').getItems()).toHaveLength(3)
    await rollback()
    expect(await store.session('old').getItems()).toHaveLength(3)
    expect(await store.getSessionInfo('new')).toBeUndefined()
  })

  it('is refused where no transaction is open, and nothing is written', async () => {
    const { client, release } = await database.idle()
    const joined = store.using(client)
    const session = joined.session('none')
    for (const work of [() => session.addItems([message('a')]), () => session.getItems()]) {
      const error = await failure(work())
      expect(error).toMatchObject({ code: 'SESSION_UNSUPPORTED', retryable: false, ambiguous: false })
      expect(error.message).toMatch(/Nothing was written/)
    }
    release()
    expect(await store.getSessionInfo('none')).toBeUndefined()
  })

  it('is refused after COMMIT, and nothing is written', async () => {
    const { client, commit } = await database.begin()
    const joined = store.using(client)
    await joined.session('late').addItems([message('in time')])
    await commit()
    const error = await failure(joined.session('late').addItems([message('late')]))
    expect(error).toMatchObject({ code: 'SESSION_UNSUPPORTED', retryable: false })
    expect(await store.session('late').getItems()).toEqual([message('in time')])
  })

  it('what others have committed since the transaction began is what a write decides by', async () => {
    const outer = store.session('shared')
    await outer.addItems([message('1')])
    await committing(database, store, async (joined, { query }) => {
      await query('SELECT count(*) FROM agent_messages')
      const session = joined.session('shared')
      await session.getItems()
      await outer.addItems([message('2'), message('3')])
      expect(await session.popItem()).toEqual(message('3'))
      await session.addItems([message('4')])
    })
    expect(await outer.getItems()).toEqual([message('1'), message('2'), message('4')])
  })

  it('takes no leases, and makes no tables', async () => {
    const others = new SQLStore({
      ...database.options,
      createTables: true,
      sessionsTable: 'others',
      messagesTable: 'of_others',
    })
    await committing(database, store, async (joined, { client, query }) => {
      const error = await failure(joined.session('a').exclusive(async () => undefined))
      expect(error).toMatchObject({ code: 'SESSION_UNSUPPORTED' })
      const missing = await failure(
        others
          .using(client)
          .session('a')
          .addItems([message('a')]),
      )
      expect(missing).toMatchObject({ code: 'SESSION_SCHEMA_MISSING' })
      expect(missing.message).toMatch(/use the store itself before/)
      await query(order())
    })
    await others.close()
    expect(() => others.using({} as never)).toThrow(/was closed/)
  })
})
