import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { message } from './support/failure.ts'

const [mariadb, mysql] = await Promise.all([startMariaDB(), startMySQL()])
afterAll(() => Promise.all([mariadb, mysql].map((server) => server?.stop())))

const servers = [
  { name: 'MariaDB', database: () => mariadb.createDatabase() },
  {
    name: 'MariaDB by mysql2',
    database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:'),
  },
  ...(mysql ? [{ name: 'MySQL', database: () => mysql.createDatabase() }] : []),
]

describe.each(servers)('an append to a session that was there before, on $name', ({ database }) => {
  it('begins it anew where others have removed it, or its time is over, and is later than what was there', async () => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true, ttl: 600 })
    await using other = new SQLStore({ url })
    const admin = new Admin(url)
    const session = store.session('s')
    const append = async (...contents: string[]): Promise<void> => await session.addItems(contents.map(message))
    await session.setMetadata({ a: 1 })
    await append('one')
    await append('two', 'three')
    expect(await session.getItems()).toEqual(['one', 'two', 'three'].map(message))
    expect((await session.info())?.metadata).toEqual({ a: 1 })

    await other.deleteSession('s')
    await append('four')
    expect(await session.getItems()).toEqual([message('four')])
    expect((await session.info())?.metadata).toBeUndefined()

    await append('five')
    await admin.moveBack(601_000)
    await append('six')
    expect(await session.getItems()).toEqual([message('six')])

    // Its time is renewed; and where somebody's clock was ahead, it goes on from there.
    await admin.moveBack(400_000)
    await append('seven')
    await admin.moveBack(400_000)
    await admin.moveBack(-3_600_000)
    const before = (await session.info())?.updatedAt.getTime() ?? Number.NaN
    await append('eight')
    expect((await session.info())?.updatedAt.getTime()).toBe(before + 1)
    const { entries } = await session.page()
    expect(entries.at(-1)?.createdAt?.getTime()).toBe(before + 1)
    expect(await session.getItems()).toEqual(['six', 'seven', 'eight'].map(message))
    await admin.close()
  })

  it('waits for whoever has it, and keeps the order of many that come at once', async () => {
    const url = await database()
    await using stack = new AsyncDisposableStack()
    const stores = [1, 2, 3].map(() => stack.use(new SQLStore({ url, createTables: true })))
    for (const store of stores) await store.session('s').addItems([message('first')])
    const writes = stores.map(async (store, writer) => {
      for (let count = 0; count < 40; count++) await store.session('s').addItems([message(`${writer}/${count}`)])
    })
    await Promise.all(writes)
    const { entries } = await (stores[0] as SQLStore).session<{ content: string }>('s').page({ limit: 500 })
    const contents = entries.slice(3).map(({ item }) => item.content)
    expect(contents).toHaveLength(120)
    for (const writer of [0, 1, 2]) {
      const own = contents.filter((content) => content.startsWith(`${writer}/`))
      expect(own).toEqual(Array.from({ length: 40 }, (_, count) => `${writer}/${count}`))
    }
    const times = entries.map(({ createdAt }) => createdAt?.getTime() ?? Number.NaN)
    expect(times).toEqual(times.toSorted((one, another) => one - another))
    expect(new Set(times).size).toBe(times.length)
  })
})
