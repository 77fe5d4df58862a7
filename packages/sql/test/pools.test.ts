import { inspect } from 'node:util'
import { PGlite } from '@electric-sql/pglite'
import { SessionError } from '@sessions/core'
import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { createPool as createMariaDBPool } from 'mariadb'
import * as mariadbCallbacks from 'mariadb/callback'
import { createPool as createCallbackPool } from 'mysql2'
import { createPool as createMySQLPool } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'

const [postgres, mariadb, mysql] = await Promise.all([startPostgres(), startMariaDB(), startMySQL()])
afterAll(async () => void (await Promise.all([postgres.stop(), mariadb.stop(), mysql?.stop()])))
const item = (content: string) => ({ role: 'user', content }) as const

/** Each kind of pool, as its users make it, and how it is closed. */
const pools = {
  pg: async () => {
    const pool = new pg.Pool({ connectionString: await postgres.createDatabase() })
    return { pool, end: () => pool.end() }
  },
  mariadb: async () => {
    const pool = createMariaDBPool(await mariadb.createDatabase())
    return { pool, end: () => pool.end() }
  },
  'mysql2/promise': async () => {
    const pool = createMySQLPool((await (mysql ?? mariadb).createDatabase()).replace('mariadb:', 'mysql:'))
    return { pool, end: () => pool.end() }
  },
  PGlite: async () => {
    const pool = new PGlite()
    return { pool, end: () => pool.close() }
  },
}

describe.each(Object.entries(pools))('a pool of %s', (_, make) => {
  it('keeps concurrent batches whole, is shared by stores, and stays open', async () => {
    const { pool, end } = await make()
    const stores = [1, 2].map(() => new SQLStore({ pool, createTables: true }))
    const batch = (writer: number): { role: 'user'; content: string }[] =>
      [0, 1, 2].map((at) => item(`${writer}/${at}`))
    await Promise.all(
      Array.from({ length: 40 }, (_, writer) => stores[writer % 2]?.session('a').addItems(batch(writer))),
    )
    const found = await new SQLStore({ pool }).session<{ content: string }>('a').getItems()
    const contents = found.map(({ content }) => content)
    expect(contents).toHaveLength(120)
    for (let start = 0; start < 120; start += 3) {
      const writer = Number(contents[start]?.split('/')[0])
      expect(contents.slice(start, start + 3)).toEqual(batch(writer).map(({ content }) => content))
    }
    expect(await stores[0]?.session('a').popItem()).toEqual(item(contents[119] ?? ''))
    await stores[0]?.session('a').setMetadata({ a: 'it\'s "so" \\ 1' })
    expect((await stores[1]?.session('a').info())?.metadata).toEqual({ a: 'it\'s "so" \\ 1' })
    await stores[0]?.forkSession('a', 'b')
    expect(await stores[0]?.deleteSession('a')).toBe(true)
    for (const store of stores) await store.close()
    const store = new SQLStore({ pool })
    expect(await store.session('b').getItems()).toHaveLength(119)
    await end()
    const error: unknown = await store
      .session('b')
      .addItems([item('a secret')])
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SessionError)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('a secret')
  })
})

it('shows nothing of what PGlite puts into its errors', async () => {
  const pool = new PGlite()
  const store = new SQLStore({ pool, createTables: true })
  await store.session('a').addItems([item('1')])
  await pool.exec("ALTER TABLE agent_messages ADD CHECK (message_data NOT LIKE '%secret%')")
  const error: unknown = await store
    .session('a')
    .addItems([item('a secret')])
    .catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'SESSION_BACKEND' })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('a secret')
  expect(await store.session('a').getItems()).toEqual([item('1')])
  await pool.close()
})

it.each([
  ['a pool of mysql2 with callbacks', () => createCallbackPool('mysql://localhost/x')],
  ['a pool of mariadb with callbacks', () => mariadbCallbacks.createPool('mariadb://localhost/x')],
  ['a Client of pg', () => new pg.Client()],
  ['an object', () => ({})],
])('refuses %s', (_, make) => {
  expect(() => new SQLStore({ pool: make() as never })).toThrow(/^pool must be a Pool of pg/)
})

it('refuses more than one of url, pool and sequelize', () => {
  expect(() => new SQLStore({ pool: new pg.Pool(), url: 'sqlite:x' })).toThrow(/one of url, pool and sequelize/)
})
