import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'
import { pythonTables } from './support/python.ts'
import { openSequelize } from './support/sequelize.ts'

// Servers as their operators set them up: nothing here is set by us.
const settings = { max_allowed_packet: '1M', max_prepared_stmt_count: '60' }
const [postgres, mariadb, mysql] = await Promise.all([
  startPostgres({ own: true }),
  startMariaDB({ settings }),
  startMySQL({ settings }),
])
afterAll(() => Promise.all([postgres.stop(), mariadb.stop(), mysql?.stop()]))

const mysqls = [
  { name: 'mariadb', database: () => mariadb.createDatabase() },
  { name: 'mysql2', database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:') },
  ...(mysql === undefined ? [] : [{ name: 'mysql2 on MySQL', database: () => mysql.createDatabase() }]),
]
const all = [{ name: 'pg', database: () => postgres.createDatabase() }, ...mysqls]

/** The rows of a session in every table that has some. */
async function rowsOf(admin: Admin, id: string): Promise<number[]> {
  const tables = ['agent_messages', 'agent_sessions_operations', 'agent_sessions_metadata', 'agent_sessions']
  const counts = tables.map((table) =>
    admin.select<{ n: unknown }>(`SELECT count(*) AS n FROM ${table} WHERE session_id = '${id}'`),
  )
  return (await Promise.all(counts)).map(([row]) => Number(row?.n))
}

describe.each(all)('through $name', ({ database }) => {
  it('what is deleted is gone, where the server has no cascades', async () => {
    const url = await database()
    const admin = new Admin(url)
    const sequelize = openSequelize(url, { pool: { max: 1 } })
    const text = admin.isPostgres ? 'SET session_replication_role = replica' : 'SET foreign_key_checks = 0'
    await sequelize.query(text)
    await using store = new SQLStore({ sequelize, createTables: true, ttl: 3_600 })
    const transaction = { type: 'append_items' as const, items: [message('by id')] }
    const ids = ['cleared', 'deleted', 'filtered', 'expired']
    const fill = async (id: string): Promise<void> => {
      await store.session(id).addItems([message('old')])
      await store.session(id).setMetadata({ key: 'value' })
      await store.session(id).applyHistoryTransaction({ operationId: 'op', transaction })
    }
    for (const id of ids) await fill(id)
    await store.session('cleared').setMetadata({ key: undefined })
    await store.session('cleared').clearSession()
    await store.deleteSession('deleted')
    await store.deleteSessions({ prefix: 'filtered' })
    await admin.execute("UPDATE agent_sessions SET updated_at = '2001-01-01' WHERE session_id = 'expired'")
    expect(await store.purgeExpired()).toBe(1)
    for (const id of ids) {
      expect(await rowsOf(admin, id)).toEqual([0, 0, 0, 0])
      await store.session(id).addItems([message('new')])
      expect(await store.session(id).getItems()).toEqual([message('new')])
    }
    await admin.close()
    await sequelize.close()
  })

  it('ids beyond 2^53 are told apart', async () => {
    const url = await database()
    const admin = new Admin(url)
    await using store = new SQLStore({ url, createTables: true })
    const session = store.session('s')
    await session.addItems([message('small')])
    const next = 2n ** 53n + 1n
    await admin.execute(
      admin.isPostgres
        ? `ALTER SEQUENCE agent_messages_id_seq RESTART WITH ${next}`
        : `ALTER TABLE agent_messages AUTO_INCREMENT = ${next}`,
    )
    const items = Array.from({ length: 12 }, (_, index) => message(`${index}`))
    await session.addItems(items)
    const found = []
    for await (const item of session.items({ pageSize: 2 })) found.push(item)
    expect(found).toEqual([message('small'), ...items])
    expect(await session.popItem()).toEqual(message('11'))
    expect(await session.popItem()).toEqual(message('10'))
    expect(await session.getItems()).toEqual([message('small'), ...items.slice(0, -2)])
    await admin.close()
  })
})

describe('through pg', () => {
  it.each(['LATIN1', 'WIN1252'])(
    'a database in %s takes what it can hold, and says what else is needed',
    async (encoding) => {
      const admin = new Admin(postgres.url)
      const name = `sessions_test_${encoding.toLowerCase()}`
      await admin.execute(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LOCALE 'C'`)
      await admin.close()
      const url = Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href
      await using store = new SQLStore({ url, createTables: true })
      const session = store.session('userå')
      await session.addItems([message('é')])
      for (const work of [session.addItems([message('日本語')]), store.session('user日').addItems([message('a')])]) {
        const error = await failure(work)
        expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: false, ambiguous: false })
        expect(error.message).toMatch(/database in UTF-8/)
      }
      expect(await session.getItems()).toEqual([message('é')])
    },
  )

  it('ids of Python that are used up: the error says how there are more, and then there are', async () => {
    const url = await postgres.createDatabase()
    const admin = new Admin(url)
    for (const statement of pythonTables.split(';\n')) await admin.execute(statement)
    await using store = new SQLStore({ url, createTables: true })
    await store.session('s').addItems([message('one')])
    await admin.execute('ALTER SEQUENCE agent_messages_id_seq RESTART WITH 2147483647')
    await store.session('s').addItems([message('last')])
    const error = await failure(store.session('s').addItems([message('none left')]))
    expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: false, ambiguous: false })
    for (const [statement = ''] of error.message.matchAll(/ALTER (TABLE|SEQUENCE).*?BIGINT/g))
      await admin.execute(statement)
    await store.session('s').addItems([message('more')])
    expect(await store.session('s').getItems()).toHaveLength(3)
    await admin.close()
  })

  it('a tracer that makes each statement another one ends the preparation, and nothing else', async () => {
    const sequelize = openSequelize(await postgres.createDatabase(), { pool: { max: 3 } })
    let traced = 0
    sequelize.addHook('afterConnect', (connection) => {
      const client = connection as { query(query: unknown, ...rest: unknown[]): unknown }
      const query = client.query.bind(client)
      client.query = (given, ...rest) => {
        const comment = `/*traceparent='00-${traced++}'*/`
        return typeof given === 'string'
          ? query(`${given} ${comment}`, ...rest)
          : query({ ...(given as object), text: `${(given as { text: string }).text} ${comment}` }, ...rest)
      }
    })
    await using store = new SQLStore({ sequelize, createTables: true })
    const session = store.session('s')
    for (let index = 0; index < 5; index++) await session.addItems([message(`${index}`)])
    expect(await session.getItems()).toHaveLength(5)
    expect(await session.popItem()).toEqual(message('4'))
    await session.setMetadata({ a: 1 })
    expect(traced).toBeGreaterThan(10)
    await sequelize.close()
  })
})

describe.each(mysqls)('through $name', ({ name, database }) => {
  it('batches are cut into packets by their bytes', async () => {
    await using store = new SQLStore({ url: await database(), createTables: true })
    const session = store.session('s')
    const japanese = Array.from({ length: 500 }, (_, index) => message(`${index}${'語'.repeat(2_000)}`))
    await session.addItems(japanese)
    expect(await session.getItems()).toEqual(japanese)
    await session.clearSession()
    const [small, large] = [message('s'.repeat(60_000)), message('l'.repeat(980_000))]
    await session.addItems([small, large, small, small, large])
    expect(await session.getItems()).toEqual([small, large, small, small, large])
  })

  it('what fits into no packet says so, and nothing is written', async () => {
    await using store = new SQLStore({ url: await database(), createTables: true })
    const session = store.session('s')
    await session.addItems([message('one')])
    const tooLarge = message('語'.repeat(350_000))
    for (const work of [
      session.addItems([message('two'), tooLarge]),
      session.setMetadata({ large: 'x'.repeat(1_100_000) }),
    ]) {
      const error = await failure(work)
      expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: false, ambiguous: false })
      expect(error.message).toMatch(/max_allowed_packet/)
    }
    expect(await session.getItems()).toEqual([message('one')])
  })

  it('where the server is not strict, nothing is stored but what it was given', async () => {
    const url = await database()
    const admin = new Admin(url)
    const sequelize = openSequelize(url, { pool: { max: 1 } })
    await sequelize.query("SET sql_mode = ''")
    await using store = new SQLStore({ sequelize, createTables: true })
    const session = store.session('s')
    await session.addItems([message('one')])
    for (const type of ['VARCHAR(60) CHARACTER SET utf8mb4', 'LONGTEXT CHARACTER SET latin1']) {
      await admin.execute(`ALTER TABLE agent_messages MODIFY message_data ${type} NOT NULL`)
      const error = await failure(session.addItems([message('日'.repeat(100))]))
      expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: false, ambiguous: false })
      expect(error.message).toMatch(/utf8mb4/)
      expect(await session.getItems()).toEqual([message('one')])
    }
    await admin.close()
    await sequelize.close()
  })

  it('a server that keeps no more prepared statements gets rid of some', async () => {
    const url = await database()
    const admin = new Admin(url)
    const sequelize = openSequelize(url, { pool: { max: 1 } })
    let traced = 0
    sequelize.addHook('afterConnect', (connection) => {
      const client = connection as Record<
        'prepare' | 'execute',
        (query: { sql: string }, ...rest: unknown[]) => unknown
      >
      const method = name === 'mariadb' ? 'prepare' : 'execute'
      const send = client[method].bind(client)
      client[method] = (query, ...rest) => send({ ...query, sql: `${query.sql} /*trace ${traced++}*/` }, ...rest)
    })
    await using store = new SQLStore({ sequelize, createTables: true })
    for (let index = 0; index < 40; index++) await store.session('s').addItems([message(`${index}`)])
    expect(await store.session('s').getItems()).toHaveLength(40)
    expect(traced).toBeGreaterThan(60)
    await sequelize.close()

    await admin.execute('SET GLOBAL max_prepared_stmt_count = 0')
    await using other = new SQLStore({ url })
    const error = await failure(other.session('s').addItems([message('none')]))
    await admin.execute(`SET GLOBAL max_prepared_stmt_count = ${settings.max_prepared_stmt_count}`)
    expect(error).toMatchObject({ code: 'SESSION_BACKEND', ambiguous: false })
    expect(error.message).toMatch(/max_prepared_stmt_count/)
    await admin.close()
  })

  it('tables are made where the server would by itself make rows too short for their keys', async () => {
    const url = await database()
    const admin = new Admin(url)
    await admin.execute("SET GLOBAL innodb_default_row_format = 'compact'")
    try {
      await using store = new SQLStore({ url, createTables: true })
      await store.session('s').addItems([message('one')])
    } finally {
      await admin.execute("SET GLOBAL innodb_default_row_format = 'dynamic'")
      await admin.close()
    }
  })
})
