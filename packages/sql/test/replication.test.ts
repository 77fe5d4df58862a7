import { SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { type Options, Sequelize } from 'sequelize'
import { afterAll, describe, expect, it } from 'vitest'
import { failure, message } from './support/failure.ts'

const [postgres, mariadb] = [await startPostgres(), await startMariaDB()]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))

function connectionTo(url: string): object {
  const { hostname, port, username, password, pathname } = new URL(url)
  return { host: hostname, port, username, password, database: pathname.slice(1) }
}

describe.each([
  { dialect: 'postgres', database: () => postgres.createDatabase() },
  { dialect: 'mariadb', database: () => mariadb.createDatabase() },
  { dialect: 'mysql', database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:') },
] as const)('a replicating Sequelize on $dialect', ({ dialect, database }) => {
  it('writes to the primary and reads from it, unless the replica is asked for', async () => {
    // The replica is another database: what is there never came from the primary, which tells them apart.
    const [primary, replica] = [await database(), await database()]
    const sequelize = new Sequelize({
      dialect,
      logging: false,
      replication: { write: connectionTo(primary), read: [connectionTo(replica)] },
    } as Options)
    await using stale = new SQLStore({ url: replica, createTables: true })
    await stale.session('s').addItems([message('stale')])
    await stale.session('only there').addItems([message('stale')])

    await using store = new SQLStore({ sequelize, createTables: true, retries: 1 })
    const session = store.session('s')
    await session.addItems([message('one'), message('two'), message('three')])
    await session.setMetadata({ key: 'value' })
    expect(await session.popItem()).toEqual(message('three'))
    expect(await session.getItems()).toEqual([message('one'), message('two')])
    expect(await session.getItems(1)).toEqual([message('two')])
    expect((await session.info())?.metadata).toEqual({ key: 'value' })
    const listed = []
    for await (const { sessionId } of store.listSessions()) listed.push(sessionId)
    expect(listed).toEqual(['s'])

    await using reader = new SQLStore({ sequelize, readFrom: 'replica' })
    expect(await reader.session('s').getItems()).toEqual([message('stale')])
    expect(await reader.session('only there').info()).toMatchObject({ itemCount: 1 })
    await reader.session('s').addItems([message('three')])
    expect(await session.getItems()).toHaveLength(3)
    expect(await stale.session('s').getItems()).toHaveLength(1)

    await using direct = new SQLStore({ url: primary })
    expect(await direct.session('s').getItems()).toHaveLength(3)
    await sequelize.close()
    expect(await failure(session.getItems())).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: false })
  })
})
