import { SQLStore } from '@sessions/sql'
import { startPostgres } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'
import { Python, pythonTables } from './support/python.ts'
import { openSequelize } from './support/sequelize.ts'

const server = await startPostgres()
afterAll(() => server.stop())

async function contents(store: SQLStore, sessionId: string): Promise<string[]> {
  return (await store.session<{ content: string }>(sessionId).getItems()).map(({ content }) => content)
}

it('takes over the tables that Python made, with all that is in them', async () => {
  const url = await server.createDatabase()
  const [admin, python] = [new Admin(url), new Python(url)]
  await admin.execute(pythonTables)
  await python.add('s', ['p1', 'p2'])
  const before = await admin.select<{ id: number }>('SELECT * FROM agent_messages ORDER BY id')
  await using store = new SQLStore({ url, createTables: true })
  expect(await contents(store, 's')).toEqual(['p1', 'p2'])
  await store.session('s').addItems([message('t1')])
  await store.session('s').setMetadata({ userId: 'u1' })
  expect(await admin.select('SELECT * FROM agent_messages ORDER BY id LIMIT 2')).toEqual(before)
  expect(await python.items('s')).toEqual(['p1', 'p2', 't1'])
  const columns = await admin.select<{ name: string }>(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'agent_sessions' ORDER BY ordinal_position",
  )
  expect(columns.map(({ name }) => name)).toEqual(['session_id', 'created_at', 'updated_at', 'ttl_ms', 'metadata'])
  await Promise.all([admin.close(), python.close()])
})

it('reads what both wrote in turn in one order, and so does Python', async () => {
  const url = await server.createDatabase()
  await using store = new SQLStore({ url, createTables: true })
  const python = new Python(url)
  const expected: string[] = []
  for (let turn = 0; turn < 30; turn++) {
    const batch = [`${turn}/0`, `${turn}/1`, `${turn}/2`]
    // Our times are whole milliseconds, of which each write takes at least one: a burst of ours ends ahead of the clock.
    if (turn % 3 === 2) await python.afterwards('s')
    if (turn % 3 === 2) await python.add('s', batch)
    else await store.session('s').addItems(batch.map(message))
    expected.push(...batch)
  }
  expect(await contents(store, 's')).toEqual(expected)
  expect(await python.items('s')).toEqual(expected)
  expect(await python.items('s', 5)).toEqual(expected.slice(-5))
  const newest = await store.session<{ content: string }>('s').getItems(5)
  expect(newest.map(({ content }) => content)).toEqual(expected.slice(-5))
  const paged: string[] = []
  for await (const item of store.session<{ content: string }>('s').items({ pageSize: 7 })) paged.push(item.content)
  expect(paged).toEqual(expected)
  for (let turn = 0; turn < 10; turn++) {
    const popped = turn % 2 === 0 ? await python.pop('s') : await store.session<{ content: string }>('s').popItem()
    expect(typeof popped === 'string' ? popped : popped?.content).toBe(expected.pop())
  }
  expect((await store.session('s').info())?.itemCount).toBe(expected.length)
  await python.close()
})

it.each(['America/New_York', 'Asia/Kolkata'])('writes UTC where connections are in %s', async (zone) => {
  const url = await server.createDatabase()
  const admin = new Admin(url)
  await admin.execute(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET TimeZone = '${zone}'`)
  const callers = openSequelize(url, { timezone: zone })
  for (const [name, options] of [
    ['url', { url }],
    ['sequelize', { sequelize: callers }],
  ] as const) {
    await using store = new SQLStore({ ...options, createTables: true, ttl: 60 })
    const before = Date.now()
    await store.session(name).addItems([message('one')])
    await store.session(name).setMetadata({ key: 'value' })
    await store.session(name).popItem()
    await store.session(name).addItems([message('two')])
    const after = Date.now()
    const times = await admin.select<{ ms: number }>(
      `SELECT extract(epoch FROM created_at) * 1000 AS ms FROM agent_messages WHERE session_id = '${name}'
       UNION SELECT extract(epoch FROM created_at) * 1000 FROM agent_sessions WHERE session_id = '${name}'
       UNION SELECT extract(epoch FROM updated_at) * 1000 FROM agent_sessions WHERE session_id = '${name}'
       UNION SELECT extract(epoch FROM updated_at) * 1000 + ttl_ms - 60000 FROM agent_sessions WHERE session_id = '${name}'`,
    )
    expect(times.length).toBeGreaterThanOrEqual(2)
    // The clock of the server is that of this machine; an `updated_at` may run ahead by a millisecond a write.
    for (const { ms } of times) expect(Math.floor(Number(ms))).toBeGreaterThanOrEqual(before - 5)
    for (const { ms } of times) expect(Math.floor(Number(ms))).toBeLessThanOrEqual(after + 5)
    const info = await store.session(name).info()
    expect(Math.abs((info?.updatedAt.getTime() ?? 0) - after)).toBeLessThan(60_000)
    const found = []
    const filter = { updatedAfter: new Date(before - 1_000), updatedBefore: new Date(after + 1_000), prefix: name }
    for await (const { sessionId } of store.listSessions(filter)) found.push(sessionId)
    expect(found).toEqual([name])
  }
  await Promise.all([callers.close(), admin.close()])
})

it('never gives an item twice while Python pops the same history', async () => {
  const url = await server.createDatabase()
  await using store = new SQLStore({ url, createTables: true })
  const python = new Python(url)
  const all = Array.from({ length: 300 }, (_, index) => `item ${index}`)
  await store.session('s').addItems(all.map(message))
  const [ours, theirs]: [string[], string[]] = [[], []]
  const popOurs = async (): Promise<void> => {
    for (let item = await store.session<{ content: string }>('s').popItem(); item !== undefined; ) {
      ours.push(item.content)
      item = await store.session<{ content: string }>('s').popItem()
    }
  }
  const popTheirs = async (): Promise<void> => {
    for (let missed = 0; missed < 20; ) {
      const item = await python.pop('s')
      // Its DELETE finds nothing where someone else was quicker.
      if (item === undefined) missed++
      else theirs.push(item)
    }
  }
  await Promise.all([popOurs(), popOurs(), popTheirs(), popTheirs()])
  expect([...ours, ...theirs].toSorted()).toEqual(all.toSorted())
  expect(ours.length).toBeGreaterThan(0)
  expect(theirs.length).toBeGreaterThan(0)
  await python.close()
})

it('waits for a pop of Python that is under way, and takes the item before it', async () => {
  const url = await server.createDatabase()
  await using store = new SQLStore({ url, createTables: true })
  const admin = new Admin(url)
  const sequelize = openSequelize(url)
  await store.session('s').addItems(['one', 'two', 'three'].map(message))
  const transaction = await sequelize.transaction()
  await sequelize.query('DELETE FROM agent_messages WHERE id = (SELECT max(id) FROM agent_messages)', { transaction })
  const popping = store.session('s').popItem()
  await expect.poll(() => admin.countWaiting()).toBe(1)
  await transaction.commit()
  expect(await popping).toEqual(message('two'))
  expect(await contents(store, 's')).toEqual(['one'])
  await Promise.all([sequelize.close(), admin.close()])
})

it('keeps nothing of a session that Python cleared', async () => {
  const url = await server.createDatabase()
  await using store = new SQLStore({ url, createTables: true, retries: 1, ttl: 60 })
  const [admin, python] = [new Admin(url), new Python(url)]
  await store.session('s').addItems([message('one')])
  await store.session('s').setMetadata({ userId: 'u1' })
  const transaction = { type: 'append_items' as const, items: [message('two')] }
  await store.session('s').applyHistoryTransaction({ operationId: 'op', transaction })
  await python.clear('s')
  for (const table of ['agent_sessions', 'agent_messages', 'agent_sessions_operations', 'agent_sessions_metadata']) {
    expect(await admin.select(`SELECT * FROM ${table}`)).toEqual([])
  }
  expect(await store.session('s').info()).toBeUndefined()
  await store.session('s').applyHistoryTransaction({ operationId: 'op', transaction })
  expect(await contents(store, 's')).toEqual(['two'])
  await Promise.all([admin.close(), python.close()])
})

it("counts a write of Python's as one: the ttl begins anew, the update is seen, a record it cannot read is kept", async () => {
  const url = await server.createDatabase()
  await using store = new SQLStore({ url, createTables: true, ttl: 60 })
  const [admin, python] = [new Admin(url), new Python(url)]
  await store.session('s').addItems([message('one')])
  await admin.moveBack(50_000)
  await python.add('s', ['two'])
  await admin.moveBack(50_000)
  expect(await contents(store, 's')).toEqual(['one', 'two'])
  await admin.moveBack(11_000)
  expect(await contents(store, 's')).toEqual([])
  await store.session('s').addItems([message('three')])
  expect(await contents(store, 's')).toEqual(['three'])

  await python.insert('s', '{"role": "user", "content": NaN}')
  expect((await failure(store.session('s').popItem())).code).toBe('SESSION_RECORD_CORRUPT')
  expect(await python.items('s', 1, (record) => record)).toEqual(['{"role": "user", "content": NaN}'])
  await Promise.all([admin.close(), python.close()])
})
