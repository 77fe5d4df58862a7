import { SQLSession, SQLStore } from '@sessions/sql'
import { startPostgres, startProxy } from '@sessions/test-servers'
import { Client } from 'pg'
import { Sequelize } from 'sequelize'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { counting } from './support/counting.ts'
import { message } from './support/failure.ts'

const postgres = await startPostgres()
afterAll(() => postgres.stop())
const servers = [{ name: 'Postgres', database: () => postgres.createDatabase() }]

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`)

function appendAll(store: SQLStore, sessions: readonly string[], content?: string): Promise<void>[] {
  return sessions.map((id) => store.session(id).addItems([message(content ?? id)]))
}

/** What is stored, by session. */
async function contents(store: SQLStore, sessions: readonly string[]): Promise<unknown[][]> {
  return await Promise.all(
    sessions.map(async (id) => (await store.session(id).getItems()).map((item) => Object(item).content)),
  )
}

describe.each(servers)('appends of one turn of the event loop, on $name', ({ database }) => {
  it('of 300 sessions, there or new, are a few statements, through many stores too, and a lone one is one', async () => {
    const proxy = await counting(await database())
    await using store = new SQLStore({ url: proxy.url, createTables: true })
    const tripsOf = async (work: () => Promise<unknown>): Promise<number> => {
      const before = proxy.trips()
      await work()
      return proxy.trips() - before
    }
    for (const id of ['a', 'b']) await Promise.all(appendAll(store, [id, ...ids(100)]))
    expect(await tripsOf(() => store.session('a').addItems([message('lone')]))).toBe(1)
    // Some connections are made, and statements prepared on them; one by one they would be 300 at least.
    expect(await tripsOf(() => Promise.all(appendAll(store, ids(300))))).toBeLessThan(60)
    const sessions = ids(300).map((sessionId) => new SQLSession({ sessionId, url: proxy.url }))
    expect(
      await tripsOf(() => Promise.all(sessions.map((session) => session.addItems([message('own store')])))),
    ).toBeLessThan(100)
    expect(await contents(store, ids(300).slice(100))).toEqual(
      ids(300)
        .slice(100)
        .map((id) => [id, 'own store']),
    )
    await Promise.all(sessions.map((session) => session.close()))
    proxy.close()
  })

  it('wait for no other: those to sessions that somebody keeps come when they are let go', async () => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true })
    await Promise.all(appendAll(store, ids(30)))
    const sequelize = new Sequelize(url, { logging: false })
    const transaction = await sequelize.transaction()
    await sequelize.query("SELECT 1 FROM agent_sessions WHERE session_id IN ('s7', 's9') FOR UPDATE", { transaction })
    const appends = appendAll(store, [...ids(30), 'new'], 'more')
    await Promise.all(appends.filter((_, index) => index !== 7 && index !== 9))
    expect(await contents(store, ['s7', 's8', 'new'])).toEqual([['s7'], ['s8', 'more'], ['more']])
    await transaction.rollback()
    await Promise.all(appends)
    expect(await contents(store, ['s7', 's9'])).toEqual([
      ['s7', 'more'],
      ['s9', 'more'],
    ])
    await sequelize.close()
  })

  it('are refused one by one: what the server does not take of one is written of the others', async () => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true })
    await Promise.all(appendAll(store, ids(20)))
    const admin = new Admin(url)
    await admin.refuseMessages('poison')
    const sessions = [...ids(20), 'n0', 'n1', 'n2']
    const said = sessions.map((id, index) => (index % 7 === 3 || id === 'n1' ? 'poison' : 'fine'))
    const outcomes = await Promise.allSettled(
      sessions.map((id, index) => store.session(id).addItems([message('first'), message(said[index] ?? '')])),
    )
    for (const [index, outcome] of outcomes.entries()) {
      if (said[index] === 'fine') expect(outcome.status).toBe('fulfilled')
      else expect(outcome).toMatchObject({ reason: { code: 'SESSION_BACKEND', ambiguous: false } })
    }
    const before = sessions.map((id) => (id.startsWith('s') ? [id] : []))
    expect(await contents(store, sessions)).toEqual(
      before.map((old, index) => (said[index] === 'fine' ? [...old, 'first', 'fine'] : old)),
    )
    expect(await store.getSessionInfo('n1')).toBeUndefined()
    await admin.close()
  })

  it('begin sessions anew whose time is over, and renew that of the others', async () => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true, ttl: 60 })
    const admin = new Admin(url)
    await Promise.all(appendAll(store, ids(10)))
    await admin.moveBack(61_000)
    await Promise.all(appendAll(store, ids(20).slice(5)))
    await admin.moveBack(59_000)
    await Promise.all(appendAll(store, ids(20), 'more'))
    const expected = ids(20).map((id, index) => (index < 5 ? ['more'] : [id, 'more']))
    expect(await contents(store, ids(20))).toEqual(expected)
    await admin.moveBack(59_000)
    expect(await contents(store, ids(20))).toEqual(expected)
    await admin.close()
  })

  it('keep the order of their items, in time and in place, however many each has', async () => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true })
    const batch = (id: string, round: number): string[] =>
      Array.from({ length: (id.length * 7 + round * 5) % 12 }, (_, index) => `${id}/${round}/${index}`)
    for (let round = 0; round < 6; round++) {
      await Promise.all(ids(40).map((id) => store.session(id).addItems(batch(id, round).map((text) => message(text)))))
    }
    const expected = ids(40).map((id) => Array.from({ length: 6 }, (_, round) => batch(id, round)).flat())
    expect(await contents(store, ids(40))).toEqual(expected)
  })

  it('of which the answer is lost are ambiguous, each, and only those that went together', async () => {
    const url = await database()
    const { hostname, port } = new URL(url)
    const proxy = await startProxy({ host: hostname, port: Number(port) })
    await using store = new SQLStore({ url: proxy.url(url), createTables: true })
    await Promise.all(appendAll(store, ids(30)))
    const cut = proxy.cutAnswer((bytes) => bytes.includes('to be cut'))
    const outcomes = await Promise.allSettled(
      ids(30).map((id) => store.session(id).addItems([message(id === 's15' ? 'to be cut' : 'more')])),
    )
    await cut
    expect(outcomes[0]?.status).toBe('fulfilled')
    for (const outcome of outcomes.slice(1)) {
      expect(outcome).toMatchObject({ reason: { code: 'SESSION_UNAVAILABLE', ambiguous: true } })
    }
    // The server has done it all the same: it would be there twice, had somebody tried it again.
    expect((await contents(store, ids(30))).map((items) => items.length)).toEqual(ids(30).map(() => 2))
    await proxy.stop()
  })

  it('may be far more than there are connections, whatever the time to wait for those', async () => {
    const url = await database()
    const sequelize = new Sequelize(url, { logging: false, pool: { max: 2 } })
    await using store = new SQLStore({ sequelize, createTables: true, busyTimeoutMs: 1 })
    await Promise.all(appendAll(store, ids(20)))
    await Promise.all(appendAll(store, ids(6_000)))
    expect((await contents(store, ['s0', 's5999'])).map((items) => items.length)).toEqual([2, 1])
    await sequelize.close()
  })
})

it('tell of each session that was written, where others are told', async () => {
  const url = await postgres.createDatabase()
  await using store = new SQLStore({ url, createTables: true, notify: true })
  await Promise.all(appendAll(store, ids(10)))
  const events = store.session('watched').watch({ after: null })[Symbol.asyncIterator]()
  const event = events.next()
  const admin = new Admin(url)
  const listens = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
  await expect.poll(() => admin.select(listens)).toHaveLength(1)
  const [{ query } = { query: '' }] = await admin.select<{ query: string }>(listens)
  const listener = new Client({ connectionString: url })
  await listener.connect()
  const heard = new Set<string | undefined>()
  listener.on('notification', ({ payload }) => void heard.add(payload))
  await listener.query(query)
  await Promise.all(appendAll(store, [...ids(20), 'watched']))
  // Whoever listens is told before the next answer.
  await listener.query('SELECT 1')
  expect(heard.size).toBe(21)
  await event
  await events.return?.(undefined)
  await Promise.all([listener.end(), admin.close()])
})
