import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { createAtOnce } from './support/create-at-once.ts'
import { failure, message } from './support/failure.ts'
import { openSequelize } from './support/sequelize.ts'

const [postgres, mariadb, mysql] = [await startPostgres(), await startMariaDB(), await startMySQL()]
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))

it('of Postgres are made by 16 processes at once', () =>
  createAtOnce(() => postgres.createDatabase().then((url) => [url])))
it('of MariaDB are made by 16 processes at once', () =>
  createAtOnce(() => mariadb.createDatabase().then((url) => [url])))
if (mysql)
  it('of MySQL are made by 16 processes at once', () => createAtOnce(async () => [await mysql.createDatabase()]))

describe.each([
  { name: 'postgres', database: () => postgres.createDatabase() },
  { name: 'mariadb', database: () => mariadb.createDatabase() },
  ...(mysql ? [{ name: 'mysql', database: () => mysql.createDatabase() } as const] : []),
] as const)('on $name', ({ name, database }) => {
  /** As `psql` or `mariadb` would: the whole text where the server takes that, else one statement after the other. */
  async function run(url: string, text: string): Promise<void> {
    const admin = new Admin(url)
    const statements = admin.isPostgres ? [text] : text.split(/;\n/).filter((each) => each.trim() !== '')
    for (const statement of statements) await admin.execute(statement)
    await admin.close()
  }

  async function works(store: SQLStore): Promise<void> {
    const session = store.session('a')
    await session.addItems([message('one'), message('two')])
    await session.setMetadata({ userId: 'u1' })
    const transaction = { type: 'append_items' as const, items: [message('three')] }
    await session.applyHistoryTransaction({ operationId: 'op', transaction })
    await session.applyHistoryTransaction({ operationId: 'op', transaction })
    expect(await session.popItem()).toEqual(message('three'))
    expect(await session.getItems()).toEqual([message('one'), message('two')])
    expect((await session.info())?.itemCount).toBe(2)
    const found = []
    for await (const { sessionId } of store.listSessions({ metadata: { userId: 'u1' } })) found.push(sessionId)
    expect(found).toEqual(['a'])
  }

  it('are said with what makes them where they are missing, and that text makes them', async () => {
    const url = await database()
    await using store = new SQLStore({ url })
    for (const work of [store.session('a').getItems(), store.session('a').addItems([message('one')])]) {
      const error = await failure(work)
      expect(error).toMatchObject({ code: 'SESSION_SCHEMA_MISSING', retryable: false, ambiguous: false })
      expect(error.message).toMatch(/createTables: true/)
    }
    const { message: text } = await failure(store.session('a').getItems())
    await run(url, text.slice(text.indexOf('\n\n')))
    await works(store)
  })

  it('are made by the text of schemaSQL, whatever they are called', async () => {
    const url = await database()
    const names = { sessionsTable: 'my sessions; "x"', messagesTable: "my 'messages' `y`" }
    await run(url, SQLStore.schemaSQL(name, names))
    await using store = new SQLStore({ url, ...names })
    await works(store)
  })

  it('are said to be missing once someone drops them under an open store', async () => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true })
    await works(store)
    await run(
      url,
      'DROP TABLE agent_sessions_metadata;\nDROP TABLE agent_sessions_operations;\nDROP TABLE agent_messages;\n',
    )
    expect((await failure(store.session('a').getItems())).code).toBe('SESSION_SCHEMA_MISSING')
    expect((await failure(store.session('a').addItems([message('one')]))).code).toBe('SESSION_SCHEMA_MISSING')
  })

  it('of a newer version are refused and left as they are', async () => {
    const url = await database()
    await using before = new SQLStore({ url, createTables: true })
    await before.session('a').addItems([message('one')])
    await before.close()
    await run(url, 'INSERT INTO agent_sessions_schema (version) VALUES (99)')
    const admin = new Admin(url)
    const content = (): Promise<object[]> => admin.select('SELECT * FROM agent_sessions_schema ORDER BY version')
    const versions = await content()
    for (const createTables of [true, false]) {
      await using store = new SQLStore({ url, createTables })
      const error = await failure(store.session('a').addItems([message('two')]))
      expect(error).toMatchObject({ code: 'SESSION_SCHEMA_UNSUPPORTED', retryable: false })
      expect(error.message).toMatch(/version 99.*Upgrade the package/)
    }
    expect(await content()).toEqual(versions)
    expect(await admin.select('SELECT message_data FROM agent_messages')).toHaveLength(1)
    await admin.close()
  })

  it.each<readonly [string, string]>([
    [
      'a table of sessions for something else',
      'CREATE TABLE agent_sessions (id INTEGER PRIMARY KEY, title VARCHAR(20))',
    ],
    [
      'a table of messages for something else',
      'CREATE TABLE agent_messages (id INTEGER PRIMARY KEY, session_id VARCHAR(20), body VARCHAR(20))',
    ],
    ...(name === 'postgres'
      ? [
          [
            'numbers for times',
            'CREATE TABLE agent_sessions (session_id TEXT PRIMARY KEY, created_at BIGINT, updated_at BIGINT)',
          ] as const,
        ]
      : []),
  ])('that another program made are refused before anything is touched: %s', async (_, made) => {
    const url = await database()
    await run(url, made)
    const admin = new Admin(url)
    const where = name === 'postgres' ? "table_schema = 'public'" : 'table_schema = DATABASE()'
    const columns = (): Promise<object[]> =>
      admin.select(`SELECT table_name, column_name FROM information_schema.columns WHERE ${where} ORDER BY 1, 2`)
    const before = await columns()
    await using store = new SQLStore({ url, createTables: true })
    const error = await failure(store.session('a').addItems([message('one')]))
    expect(error).toMatchObject({ code: 'SESSION_SCHEMA_UNSUPPORTED', retryable: false })
    expect(error.message).toMatch(/another program/)
    expect(await columns()).toEqual(before)
    await admin.close()
  })

  it('of other names are others: nothing of one is seen in the other', async () => {
    const url = await database()
    const sequelize = openSequelize(url)
    await using mine = new SQLStore({ sequelize, createTables: true })
    await using yours = new SQLStore({
      sequelize,
      createTables: true,
      sessionsTable: 'yours',
      messagesTable: 'your_items',
    })
    await works(mine)
    expect(await yours.session('a').getItems()).toEqual([])
    expect(await yours.session('a').info()).toBeUndefined()
    await works(yours)
    expect(await mine.deleteSessions({ prefix: 'a' })).toBe(1)
    expect(await yours.session('a').getItems()).toHaveLength(2)
    await sequelize.close()
  })
})

it('of Postgres can lie in a schema, which is made where it is missing', async () => {
  const url = await postgres.createDatabase()
  const schema = 'Mine "and" yours.x'
  await using without = new SQLStore({ url, schema })
  expect((await failure(without.session('a').getItems())).code).toBe('SESSION_SCHEMA_MISSING')
  await using store = new SQLStore({ url, schema, createTables: true })
  await store.session('a').addItems([message('one')])
  expect(await without.session('a').getItems()).toEqual([message('one')])
  await using other = new SQLStore({ url, createTables: true })
  expect(await other.session('a').getItems()).toEqual([])

  const byHand = await postgres.createDatabase()
  const admin = new Admin(byHand)
  await admin.execute(SQLStore.schemaSQL('postgres', { schema }))
  await using made = new SQLStore({ url: byHand, schema })
  await made.session('a').addItems([message('one')])
  // Whoever may not make schemas may use one that was made for them.
  await admin.execute('CREATE ROLE modest LOGIN')
  await admin.execute('CREATE SCHEMA ready AUTHORIZATION modest')
  const modest = Object.assign(new URL(byHand), { username: 'modest' }).href
  await using store2 = new SQLStore({ url: modest, schema: 'ready', createTables: true })
  await store2.session('a').addItems([message('one')])
  await admin.close()
})
