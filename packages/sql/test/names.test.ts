import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { message } from './support/failure.ts'

const [postgres, mariadb, mysql] = [await startPostgres(), await startMariaDB(), await startMySQL()]
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))
const [pg, maria] = [await postgres.createDatabase(), await mariadb.createDatabase()]

const odd = [
  'with space',
  'a.b',
  'a:id',
  ':id',
  'what?',
  '$1',
  '$1::text',
  'UPPER',
  'Gespräche',
  '会話',
  "it's",
  'say "x"',
  'back`tick',
  '"',
  '`',
  "'",
  '--',
  '/* x */',
  ';DROP TABLE agent_sessions',
  '%s',
  '\\',
  '42',
  'select',
]

describe.each([
  ['pg', pg],
  ['mariadb', maria],
  ['mysql2', (await mariadb.createDatabase()).replace('mariadb:', 'mysql:')],
  ...(mysql ? [['MySQL', await mysql.createDatabase()] as const] : []),
] as const)('table names, through %s', (driver, url) => {
  it.each(odd)('may be odd: %s', async (name) => {
    const names = { sessionsTable: `${name}${driver}`, messagesTable: `${driver}${name}` }
    await using store = new SQLStore({ url, ...names, createTables: true, ttl: 60 })
    const session = store.session('a')
    await session.addItems([message('one'), message('two')])
    await session.setMetadata({ key: 'value' })
    expect(await session.popItem()).toEqual(message('two'))
    expect(await session.getItems()).toEqual([message('one')])
    const items = []
    for await (const item of session.items({ pageSize: 1 })) items.push(item)
    expect(items).toEqual([message('one')])
    expect(await store.deleteSessions({ metadata: { key: 'value' } })).toBe(1)
    const admin = new Admin(url)
    const tables = await admin.select<{ name: string }>('SELECT table_name AS name FROM information_schema.tables')
    const found = tables.map((table) => table.name)
    expect(found).toContain(names.sessionsTable)
    expect(found).toContain(names.messagesTable)
    await admin.close()
  })

  it('may be as long as they are taken', async () => {
    const names = { sessionsTable: 's'.repeat(42), messagesTable: 'm'.repeat(45) }
    await using store = new SQLStore({ url, ...names, createTables: true })
    await store.session('a').addItems([message('one')])
    expect(await store.session('a').getItems()).toEqual([message('one')])
  })

  it('and ids cannot become a part of a statement', async () => {
    await using store = new SQLStore({ url, createTables: true })
    await store.session('kept').addItems([message('one')])
    const attacks = [
      "'; DELETE FROM agent_sessions; --",
      "' OR '1'='1",
      '" OR ""="',
      "\\'; DROP TABLE agent_messages; --",
      ':id',
      '$1',
      '?',
      '%',
      '_ept',
      "a' /*!50000 OR 1=1 */ --",
    ]
    for (const id of attacks) {
      const session = store.session(id)
      expect(await session.getItems()).toEqual([])
      expect(await store.deleteSession(id)).toBe(false)
      await session.addItems([message(id)])
      expect(await session.getItems()).toEqual([message(id)])
      await session.setMetadata({ [id]: id })
      const found = []
      for await (const info of store.listSessions({ metadata: { [id]: id } })) found.push(info.sessionId)
      expect(found).toEqual([id])
      const prefixed = []
      for await (const info of store.listSessions({ prefix: id })) prefixed.push(info.sessionId)
      expect(prefixed).toEqual([id])
      expect(await session.popItem()).toEqual(message(id))
      expect(await store.deleteSessions({ prefix: id })).toBe(1)
    }
    expect(await store.session('kept').getItems()).toEqual([message('one')])
  })
})

it.each([
  [{ sessionsTable: '' }, 'sessionsTable'],
  [{ messagesTable: '' }, 'messagesTable'],
  [{ schema: '' }, 'schema'],
  [{ sessionsTable: 'a\0b' }, 'sessionsTable'],
  [{ sessionsTable: 'a\nb' }, 'sessionsTable'],
  [{ messagesTable: ' a' }, 'messagesTable'],
  [{ messagesTable: 'a ' }, 'messagesTable'],
  [{ sessionsTable: '\ud800' }, 'sessionsTable'],
  [{ sessionsTable: 'emoji 😀' }, 'sessionsTable'],
  [{ sessionsTable: 'x'.repeat(64) }, 'sessionsTable'],
  [{ sessionsTable: 'é'.repeat(32) }, 'sessionsTable'],
  [{ sessionsTable: 'x'.repeat(60) }, 'sessionsTable'],
  [{ sessionsTable: 'same', messagesTable: 'same' }, 'sessionsTable and messagesTable'],
  [{ sessionsTable: 'Same', messagesTable: 'sAME' }, 'sessionsTable and messagesTable'],
  [{ sessionsTable: 'a', messagesTable: 'a_operations' }, 'sessionsTable and messagesTable'],
  [{ sessionsTable: 1 }, 'sessionsTable'],
])('refuses the names %j', (names, option) => {
  const attempts = [
    () => new SQLStore({ url: pg, ...(names as object) }),
    () => SQLStore.schemaSQL('postgres', names as object),
  ]
  for (const attempt of attempts) {
    expect(attempt).toThrow(TypeError)
    expect(attempt).toThrow(option)
  }
})

it('refuses a schema where there are none', () => {
  expect(() => new SQLStore({ url: maria, schema: 'mine' })).toThrow(/schema is for postgres/)
  expect(() => SQLStore.schemaSQL('mariadb', { schema: 'mine' })).toThrow(/schema/)
})

it.each([
  ['postgres', { partitions: 1 }, RangeError, /^partitions must be an integer from 2 to 1024/],
  ['postgres', { partitions: 1_025 }, RangeError, /^partitions/],
  ['postgres', { partitions: '4' }, TypeError, /^partitions/],
  ['postgres', { partitions: 16, messagesTable: 'x'.repeat(45) }, TypeError, /messagesTable/],
  ['mariadb', { partitions: 16 }, TypeError, /^partitions is for postgres/],
] as const)('refuses partitions on %s: %j', (dialect, options, type, text) => {
  const attempt = (): string => SQLStore.schemaSQL(dialect, options as object)
  expect(attempt).toThrow(type)
  expect(attempt).toThrow(text)
})
