import { SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { message } from './support/failure.ts'
import { openSequelize } from './support/sequelize.ts'

const [postgres, mariadb] = [await startPostgres(), await startMariaDB({ settings: { default_time_zone: '+05:45' } })]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))
const maria = async (): Promise<string> => mariadb.createDatabase()
const mysql = async (): Promise<string> => (await maria()).replace('mariadb:', 'mysql:')
const pg = (): Promise<string> => postgres.createDatabase()

const difficult = [
  'NUL \0 inside',
  'lone \ud800 surrogate',
  'back\\slash \\\\ \\n \\0 \\u0000',
  `quotes ' " \` '' ""`,
  ':id $1 ? %s ; -- /* */ # comment',
  'emoji 😀 and 会話',
  'line\nbreak\r\ttab\u2028',
]

async function roundTrips(store: SQLStore): Promise<void> {
  const session = store.session('diff\\icult \' " id')
  const items = difficult.map((content) => message(content))
  await session.addItems(items)
  await session.setMetadata({ "it's": 'a \\ "value"', 'k\\': ['x', 1, null] })
  expect(await session.getItems()).toEqual(items)
  expect((await session.info())?.metadata).toEqual({ "it's": 'a \\ "value"', 'k\\': ['x', 1, null] })
  expect(await session.popItem()).toEqual(items.at(-1))
  const found = []
  for await (const { sessionId } of store.listSessions({
    prefix: 'diff\\icult',
    metadata: { "it's": 'a \\ "value"' },
  })) {
    found.push(sessionId)
  }
  expect(found).toEqual(['diff\\icult \' " id'])
}

describe.each([
  ['pg', pg],
  ['mariadb', maria],
  ['mysql2', mysql],
])('through %s', (_, database) => {
  it('a batch of 50,000 items is there as a whole and in order', async () => {
    await using store = new SQLStore({ url: await database(), createTables: true })
    const session = store.session<{ content: string }>('s')
    const contents = Array.from({ length: 50_000 }, (_, index) => `item ${index}`)
    await session.addItems(contents.map(message))
    expect((await session.info())?.itemCount).toBe(50_000)
    const found: string[] = []
    for await (const { content } of session.items({ pageSize: 10_000 })) found.push(content)
    expect(found).toEqual(contents)
    expect((await session.getItems(2)).map(({ content }) => content)).toEqual(contents.slice(-2))
  })

  it('difficult texts come back as they were', async () => {
    await using store = new SQLStore({ url: await database(), createTables: true })
    await roundTrips(store)
  })
})

describe.each([
  ['mariadb', maria],
  ['mysql2', mysql],
])('on MariaDB in other modes, through %s', (_, database) => {
  it.each([
    'NO_BACKSLASH_ESCAPES',
    'ANSI_QUOTES',
    'ANSI,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT',
    'TRADITIONAL',
    '',
    'ORACLE',
  ])('difficult texts come back as they were: %s', async (mode) => {
    const sequelize = openSequelize(await database(), {
      logging: false,
      hooks: {
        afterConnect: async (connection) => {
          const { promise, resolve, reject } = Promise.withResolvers<void>()
          const client = connection as { query(sql: string, done: (error: Error | null) => void): unknown }
          const query: unknown = client.query(`SET SESSION sql_mode = '${mode}'`, (error) => {
            if (error) reject(error)
            else resolve()
          })
          await (query instanceof Promise ? query : promise)
        },
      },
    })
    await using store = new SQLStore({ sequelize, createTables: true })
    await roundTrips(store)
    await sequelize.close()
  })

  it('times are UTC where the server and the connection have other zones', async () => {
    const url = await database()
    const sequelize = openSequelize(url, { timezone: '-08:00' })
    for (const [name, options] of [
      ['url', { url }],
      ['sequelize', { sequelize }],
    ] as const) {
      await using store = new SQLStore({ ...options, createTables: true, ttl: 60 })
      const before = Date.now()
      await store.session(name).addItems([message('one')])
      const info = await store.session(name).info()
      for (const time of [info?.createdAt, info?.updatedAt]) {
        expect(Number(time)).toBeGreaterThanOrEqual(before - 5)
        expect(Number(time)).toBeLessThanOrEqual(Date.now() + 5)
      }
      expect(Number(info?.expiresAt) - Number(info?.updatedAt)).toBe(60_000)
      expect(await store.session(name).getItems()).toHaveLength(1)
    }
    await sequelize.close()
  })
})

describe('a Postgres whose transactions are by default', () => {
  it.each(['serializable', 'repeatable read'])(
    '%s: concurrent appends, pops and changes all succeed',
    async (level) => {
      const url = await pg()
      const admin = new Admin(url)
      await admin.execute(
        `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_isolation = '${level}'`,
      )
      const stores = Array.from({ length: 8 }, (_, index) => {
        return new SQLStore({ url, createTables: true, busyTimeoutMs: 60_000 + index })
      })
      await Promise.all(
        stores.map(async (store, writer) => {
          for (let batch = 0; batch < 10; batch++) {
            await store.session('s').addItems([message(`${writer}/${batch}/0`), message(`${writer}/${batch}/1`)])
            if (batch % 5 === 0) await store.session('s').setMetadata({ [`w${writer}`]: batch })
          }
          expect(await store.session('s').popItem()).toBeDefined()
        }),
      )
      const info = await stores[0]?.session('s').info()
      expect(info?.itemCount).toBe(8 * 20 - 8)
      expect(Object.keys(info?.metadata ?? {})).toHaveLength(8)
      await Promise.all([...stores.map((store) => store.close()), admin.close()])
    },
  )
})
