import { SQLStore } from '@sessions/sql'
import { startPostgres } from '@sessions/test-servers'
import type { Sequelize, Transaction } from 'sequelize'
import { afterAll, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { message } from './support/failure.ts'
import { Python, pythonTables } from './support/python.ts'
import { openSequelize } from './support/sequelize.ts'

const server = await startPostgres()
afterAll(() => server.stop())

/** A database of Python's in use: its tables, some conversations, and what runs in it meanwhile. */
async function live(): Promise<{ url: string; admin: Admin; python: Python; sequelize: Sequelize }> {
  const url = await server.createDatabase()
  const admin = new Admin(url)
  await admin.execute(pythonTables)
  const python = new Python(url)
  for (let index = 0; index < 20; index++) await python.add(`p${index}`, ['one', 'two'])
  return { url, admin, python, sequelize: openSequelize(url) }
}

/** Reads and writes as Python does until it is told to end. Resolves to the longest that one of them took, in milliseconds. */
function working(python: Python): { end(): Promise<number> } {
  let isOver = false
  let longestMs = 0
  const work = async (id: string): Promise<void> => {
    while (!isOver) {
      const startedAt = performance.now()
      await python.add(id, ['more'])
      await python.items(id, 5)
      longestMs = Math.max(longestMs, performance.now() - startedAt)
    }
  }
  const works = [work('p1'), work('p2')]
  const end = async (): Promise<number> => {
    isOver = true
    await Promise.all(works)
    return longestMs
  }
  return { end }
}

it('waits for those who use the tables, and keeps nobody else from them for longer than a second', async () => {
  const { url, admin, python, sequelize } = await live()
  // Somebody reads and writes in a transaction that lasts: ALTER TABLE and an index wait for its end.
  const transaction: Transaction = await sequelize.transaction()
  await sequelize.query("SELECT * FROM agent_sessions WHERE session_id = 'p0' FOR UPDATE", { transaction })
  await sequelize.query("DELETE FROM agent_messages WHERE session_id = 'p0'", { transaction })
  await using store = new SQLStore({ url, createTables: true })
  const traffic = working(python)
  const opened = store.session('ours').addItems([message('one')])
  const waiting = `SELECT 1 AS n FROM pg_stat_activity
    WHERE query LIKE '%ADD COLUMN%' AND wait_event = 'relation' AND datname = current_database()`
  try {
    await expect.poll(() => admin.select<object>(waiting)).toHaveLength(1)
    // Several of its attempts.
    await new Promise((resolve) => setTimeout(resolve, 2_500))
  } finally {
    await transaction.rollback()
  }
  await opened
  // A second, and what a loaded machine adds; without the limit it is as long as the transaction.
  expect(await traffic.end()).toBeLessThan(2_000)
  expect(await store.session('p0').getItems()).toHaveLength(2)
  await Promise.all([admin.close(), python.close(), sequelize.close()])
})

it('writes no table anew, and builds each index while others write', async () => {
  const { url, admin, python, sequelize } = await live()
  const node = (): Promise<object[]> =>
    admin.select(
      "SELECT relname, relfilenode FROM pg_class WHERE relname IN ('agent_sessions', 'agent_messages') ORDER BY relname",
    )
  const before = await node()
  await admin.execute(
    `CREATE TABLE statements (text TEXT); CREATE FUNCTION noting() RETURNS event_trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO statements VALUES (current_query()); END $$;
     CREATE EVENT TRIGGER noting ON ddl_command_end EXECUTE FUNCTION noting()`,
  )
  await using store = new SQLStore({ url, createTables: true })
  await store.session('p0').addItems([message('three')])
  expect(await node()).toEqual(before)
  const texts = (
    await admin.select<{ text: string }>("SELECT text FROM statements WHERE text LIKE 'CREATE INDEX%'")
  ).map(({ text }) => text)
  expect(texts.length).toBeGreaterThan(3)
  for (const text of texts) expect(text).toMatch(/^CREATE INDEX CONCURRENTLY/)
  await Promise.all([admin.close(), python.close(), sequelize.close()])
})

it('builds anew what an index that was interrupted has left, and waits for one that is being built', async () => {
  const { url, admin, python, sequelize } = await live()
  // A unique index over what is not unique fails, and stays as invalid.
  await admin
    .execute('CREATE UNIQUE INDEX CONCURRENTLY idx_agent_messages_session_order ON agent_messages (session_id)')
    .catch(() => undefined)
  const indexes = (): Promise<object[]> => admin.select('SELECT 1 AS n FROM pg_index WHERE NOT indisvalid')
  expect(await indexes()).toHaveLength(1)
  // Whoever writes keeps an index of somebody else from being finished.
  const transaction = await sequelize.transaction()
  await sequelize.query("UPDATE agent_sessions SET updated_at = updated_at WHERE session_id = 'p0'", { transaction })
  const building = admin.execute('CREATE INDEX CONCURRENTLY others ON agent_sessions (created_at)')
  await using first = new SQLStore({ url, createTables: true })
  await using second = new SQLStore({ url, createTables: true, busyTimeoutMs: 20_000 })
  const works = [first, second].map((store) => store.session('p1').addItems([message('three')]))
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  await transaction.rollback()
  await Promise.all([building, ...works])
  expect(await indexes()).toEqual([])
  const [found] = await admin.select<{ unique: boolean }>(
    "SELECT indisunique AS unique FROM pg_index WHERE indexrelid = 'idx_agent_messages_session_order'::regclass",
  )
  expect(found?.unique).toBe(false)
  expect(await first.session('p1').getItems()).toHaveLength(4)
  await Promise.all([admin.close(), python.close(), sequelize.close()])
})

it('succeeds while Python makes the same tables, and Python does', async () => {
  for (let round = 0; round < 5; round++) {
    const url = await server.createDatabase()
    const admin = new Admin(url)
    const stores = Array.from({ length: 4 }, (_, index) => {
      return new SQLStore({ url, createTables: true, busyTimeoutMs: 30_000 + index })
    })
    // As SQLAlchemy's `create_all`, which looks first and then creates: here without the look, so that it comes in between.
    const theirs = admin.execute(pythonTables).then(
      () => 'made',
      (error: Error) => error.message,
    )
    await Promise.all(stores.map((store) => store.session('a').addItems([message('one')])))
    expect(await theirs).toMatch(/^made$|already exists|duplicate key|Validation error/)
    expect(await stores[0]?.session('a').getItems()).toHaveLength(4)
    await Promise.all([...stores.map((store) => store.close()), admin.close()])
  }
})
