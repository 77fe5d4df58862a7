import { SQLStore, type SQLStoreOptions } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { type Options, Sequelize } from 'sequelize'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'

const [postgres, mariadb] = [await startPostgres(), await startMariaDB()]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))
const yearMs = 365 * 86_400_000

function connectionTo(url: string): object {
  const { hostname, port, username, password, pathname } = new URL(url)
  return { host: hostname, port, username, password, database: pathname.slice(1) }
}

describe.each([
  { dialect: 'postgres', database: () => postgres.createDatabase() },
  { dialect: 'mariadb', database: () => mariadb.createDatabase() },
  { dialect: 'mysql', database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:') },
] as const)('where reads go to a replica that lags, on $dialect', ({ dialect, database }) => {
  /** The replica is another database: what it has is as old as the test likes. */
  async function lagging(): Promise<{ primary: string; replica: string; store: SQLStore; end(): Promise<void> }> {
    const [primary, replica] = [await database(), await database()]
    for (const url of [primary, replica]) {
      await using made = new SQLStore({ url, createTables: true })
      await made.session('made').getItems()
    }
    const sequelize = new Sequelize({
      dialect,
      logging: false,
      replication: { write: connectionTo(primary), read: [connectionTo(replica)] },
    } as Options)
    const store = new SQLStore({ sequelize, readFrom: 'replica', ttl: 60 })
    return { primary, replica, store, end: () => sequelize.close() }
  }

  it('what a write depends on is read on the primary', async () => {
    const { primary, store, end } = await lagging()
    const session = store.session('s')
    await session.addItems(['one', 'two', 'three', 'four'].map(message))
    // Another handle remembers nothing of what was written.
    const other = store.session('s')
    expect(await other.getItems()).toEqual([])
    expect(await other.popItem()).toEqual(message('four'))
    await store.session('s').applyHistoryTransaction({
      operationId: 'op',
      // Another order of the keys than what is stored: decided by what is read.
      transaction: {
        type: 'replace_suffix',
        expectedSuffix: [{ content: 'three', role: 'user' }],
        replacement: [message('new')],
      },
    })
    expect(await store.deleteSessions({ prefix: 's' })).toBe(1)
    await using direct = new SQLStore({ url: primary })
    expect(await direct.session('s').info()).toBeUndefined()
    await store.close()
    await end()
  })

  it('purging ends though the replica names what is gone, and removes what it does not name', async () => {
    const { primary, replica, store, end } = await lagging()
    const admins = [new Admin(primary), new Admin(replica)]
    await using stale = new SQLStore({ url: replica, ttl: 60 })
    for (let index = 0; index < 60; index++) await stale.session(`gone${index}`).addItems([message('old')])
    await store.session('over').addItems([message('old')])
    for (const admin of admins) await admin.moveBack(yearMs)
    expect(await store.purgeExpired()).toBe(1)
    expect(await store.deleteSessions({ prefix: 'gone' })).toBe(0)
    await store.close()
    await Promise.all([end(), ...admins.map((admin) => admin.close())])
  })
})

describe('where the database keeps rows, on Postgres', () => {
  /** A trigger, as one that archives instead of deleting. */
  async function keeping(options: SQLStoreOptions = {}): Promise<{ admin: Admin; store: SQLStore }> {
    const url = await postgres.createDatabase()
    const admin = new Admin(url)
    const store = new SQLStore({ url, createTables: true, busyTimeoutMs: 5_000, ...options })
    await store.session('other').getItems()
    await admin.execute(
      `CREATE FUNCTION keeping() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.session_id LIKE 'kept%' THEN RETURN NULL; END IF; RETURN OLD; END $$`,
    )
    for (const table of ['agent_sessions', 'agent_messages']) {
      await admin.execute(`CREATE TRIGGER keeping BEFORE DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION keeping()`)
    }
    return { admin, store }
  }

  it('deleting says what is gone, and takes the others', async () => {
    const { admin, store } = await keeping()
    for (const id of ['kept', 'kept too', 'other', 'another']) await store.session(id).addItems([message('one')])
    expect(await store.deleteSession('kept')).toBe(false)
    expect(await store.session('kept').getItems()).toEqual([message('one')])
    expect(await store.deleteSession('other')).toBe(true)
    expect(await store.deleteSessions({ updatedBefore: new Date(Date.now() + yearMs) })).toBe(1)
    const left = []
    for await (const { sessionId } of store.listSessions()) left.push(sessionId)
    expect(left.toSorted()).toEqual(['kept', 'kept too'])
    await Promise.all([store.close(), admin.close()])
  })

  it('what cannot be removed is an error at once, and nothing is changed', async () => {
    const { admin, store } = await keeping()
    await store.session('kept').addItems(['one', 'two'].map(message))
    const startedAt = performance.now()
    const works = [
      store.session('kept').popItem(),
      store.session('kept').replaceHistoryWithCompaction([message('summary')]),
    ]
    for (const error of await Promise.all(works.map(failure))) {
      expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: false, ambiguous: false })
      expect(error.message).toMatch(/trigger/)
    }
    expect(performance.now() - startedAt).toBeLessThan(4_000)
    expect(await store.session('kept').getItems()).toEqual(['one', 'two'].map(message))
    await Promise.all([store.close(), admin.close()])
  })

  it('purging ends, and goes on behind what is kept', async () => {
    const { admin, store } = await keeping({ ttl: 60 })
    for (let index = 0; index < 60; index++) await store.session(`kept${index}`).addItems([message('old')])
    for (let index = 0; index < 20; index++) await store.session(`other${index}`).addItems([message('old')])
    await admin.moveBack(yearMs)
    expect(await store.purgeExpired()).toBe(20)
    expect(await store.purgeExpired()).toBe(0)
    expect(await admin.select('SELECT 1 FROM agent_sessions')).toHaveLength(60)
    // An expired one that cannot go is not taken up again with what it held.
    expect(await failure(store.session('kept0').addItems([message('new')]))).toMatchObject({ code: 'SESSION_BACKEND' })
    await Promise.all([store.close(), admin.close()])
  })

  it('a first write that a trigger swallows ends', async () => {
    const { admin, store } = await keeping({ busyTimeoutMs: 300 })
    await admin.execute('CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$')
    await admin.execute(
      'CREATE TRIGGER nothing BEFORE INSERT ON agent_sessions FOR EACH ROW EXECUTE FUNCTION nothing()',
    )
    const works = [store.session('a').addItems([message('one')]), store.session('a').setMetadata({ key: 'value' })]
    for (const error of await Promise.all(works.map(failure))) expect(error.ambiguous).toBe(false)
    expect(await store.session('a').getItems()).toEqual([])
    await Promise.all([store.close(), admin.close()])
  })
})
