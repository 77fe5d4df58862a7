import { SQLSession, SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres, startProxy } from '@sessions/test-servers'
import { Client } from 'pg'
import { QueryTypes } from 'sequelize'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { counting } from './support/counting.ts'
import { message } from './support/failure.ts'
import { openSequelize } from './support/sequelize.ts'

const [postgres, mariadb, mysql] = await Promise.all([startPostgres(), startMariaDB(), startMySQL()])
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))
/** With the round trips of a lone append, and, at most, those of a burst of 300: one by one they are 300 times as many. */
const servers = [
  { name: 'Postgres', database: () => postgres.createDatabase(), lone: 1, most: 60 },
  { name: 'MariaDB', database: () => mariadb.createDatabase(), lone: 4, most: 150 },
  { name: 'MariaDB by mysql2', database: () => asMySQL(mariadb.createDatabase()), lone: 4, most: 150 },
  ...(mysql ? [{ name: 'MySQL', database: () => mysql.createDatabase(), lone: 4, most: 150 }] : []),
]

/** Through the other driver; and as Sequelize of the tests can read raw rows. */
async function asMySQL(url: string | Promise<string>): Promise<string> {
  return (await url).replace('mariadb:', 'mysql:')
}

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

describe.each(servers)('appends of one turn of the event loop, on $name', ({ database, lone, most }) => {
  it('of 300 sessions, there or new, are a few statements, through many stores too, and a lone one is one', async () => {
    const proxy = await counting(await database())
    await using store = new SQLStore({ url: proxy.url, createTables: true })
    const tripsOf = async (work: () => Promise<unknown>): Promise<number> => {
      const before = proxy.trips()
      await work()
      return proxy.trips() - before
    }
    for (const id of ['a', 'b']) await Promise.all(appendAll(store, [id, ...ids(100)]))
    // Connections for which nobody waits any more are still being made, and statements prepared on them.
    const alone: number[] = []
    while (alone.length < 20) alone.push(await tripsOf(() => store.session('a').addItems([message('lone')])))
    expect(Math.min(...alone)).toBe(lone)
    expect(await tripsOf(() => Promise.all(appendAll(store, ids(300))))).toBeLessThan(most)
    const sessions = ids(300).map((sessionId) => new SQLSession({ sessionId, url: proxy.url }))
    const append = (session: SQLSession): Promise<void> => session.addItems([message('own store')])
    expect(await tripsOf(() => Promise.all(sessions.map(append)))).toBeLessThan(most + 100)
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
    const proxy = await counting(url)
    await using store = new SQLStore({ url: proxy.url, createTables: true })
    await Promise.all(appendAll(store, ids(300)))
    const sequelize = openSequelize(await asMySQL(url))
    const transaction = await sequelize.transaction()
    for (const id of ['s7', 's9']) {
      await sequelize.query(`SELECT 1 FROM agent_sessions WHERE session_id = '${id}' FOR UPDATE`, { transaction })
    }
    const before = proxy.trips()
    const appends = appendAll(store, [...ids(300), 'new'], 'more')
    await Promise.all(appends.filter((_, index) => index !== 7 && index !== 9))
    // They went together all the same, not each by itself since somebody was in the way.
    expect(proxy.trips() - before).toBeLessThan(most)
    expect(await contents(store, ['s7', 's8', 'new'])).toEqual([['s7'], ['s8', 'more'], ['more']])
    await transaction.rollback()
    await Promise.all(appends)
    expect(await contents(store, ['s7', 's9'])).toEqual([
      ['s7', 'more'],
      ['s9', 'more'],
    ])
    await sequelize.close()
    proxy.close()
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
    await using store = new SQLStore({ url, createTables: true, ttl: 600 })
    const admin = new Admin(url)
    await Promise.all(appendAll(store, ids(10)))
    await admin.moveBack(601_000)
    await Promise.all(appendAll(store, ids(20).slice(5)))
    await admin.moveBack(400_000)
    await Promise.all(appendAll(store, ids(20), 'more'))
    const expected = ids(20).map((id, index) => (index < 5 ? ['more'] : [id, 'more']))
    expect(await contents(store, ids(20))).toEqual(expected)
    await admin.moveBack(400_000)
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
    const admin = new Admin(url)
    await admin.refuseMessages('poison')
    let isSent = false
    // Where they are a transaction, at its end; and the one that goes by itself commits nothing.
    const cut = proxy.cutAnswer((bytes) => {
      isSent ||= bytes.includes('to be cut')
      return isSent && (admin.isPostgres || bytes.includes('COMMIT'))
    })
    const said = ids(30).map((_, index) => ['poison', 'more', 'to be cut'][Math.min(index, 2)] ?? '')
    const outcomes = await Promise.allSettled(
      ids(30).map((id, index) => store.session(id).addItems([message(said[index] ?? '')])),
    )
    await cut
    expect(outcomes[0]).toMatchObject({ reason: { code: 'SESSION_BACKEND', ambiguous: false } })
    for (const outcome of outcomes.slice(1)) {
      expect(outcome).toMatchObject({ reason: { code: 'SESSION_UNAVAILABLE', ambiguous: true } })
    }
    // The server has done it all the same: it would be there twice, had somebody tried it again.
    expect((await contents(store, ids(30))).map((items) => items.length)).toEqual(
      ids(30).map((_, index) => Math.min(index, 1) + 1),
    )
    await admin.close()
    await proxy.stop()
  })

  it('may be far more than there are connections, whatever the time to wait for those, and however long each takes', async () => {
    const url = await database()
    const sequelize = openSequelize(url, { pool: { max: 1 } })
    await using store = new SQLStore({ sequelize, createTables: true, busyTimeoutMs: 1 })
    await Promise.all(appendAll(store, ids(20)))
    const admin = new Admin(url)
    await admin.delayMessages('slow', 0.7)
    // One in each group.
    const contentOf = (index: number): string => (index % 500 === 1 ? 'slow' : 'quick')
    await Promise.all(ids(3_000).map((id, index) => store.session(id).addItems([message(contentOf(index))])))
    expect((await contents(store, ['s0', 's2999'])).map((items) => items.length)).toEqual([2, 1])
    await Promise.all([admin.close(), sequelize.close()])
  })
})

it('leave a connection of MariaDB as they found it, whatever became of them', async () => {
  const url = await asMySQL(mariadb.createDatabase())
  const sequelize = openSequelize(url, { pool: { max: 1 } })
  await using store = new SQLStore({ sequelize, createTables: true })
  const settings = (): Promise<object[]> => {
    const texts = 'SELECT @@innodb_lock_wait_timeout AS patience, @@tx_isolation AS isolation'
    return sequelize.query(texts, { type: QueryTypes.SELECT })
  }
  const admin = new Admin(url)
  const before = await settings()
  await Promise.all(appendAll(store, ids(20)))
  expect(await settings()).toEqual(before)
  await admin.refuseMessages('poison')
  await Promise.allSettled(appendAll(store, ids(20), 'poison'))
  expect(await settings()).toEqual(before)
  expect(await contents(store, ['s19'])).toEqual([['s19']])
  await admin.close()
  await sequelize.close()
})

it('are a transaction each, where a server does not know how to do more at once', async () => {
  let sent = ''
  // As long as the word, and known to no server.
  const proxy = await counting(await mariadb.createDatabase(), (chunk) => {
    sent += chunk.toString('latin1')
    return Buffer.from(chunk.toString('latin1').replaceAll('JSON_TABLE', 'JSON_FABLE'), 'latin1')
  })
  await using store = new SQLStore({ url: proxy.url, createTables: true })
  await Promise.all(appendAll(store, ids(20)))
  expect(sent).toContain('JSON_TABLE')
  sent = ''
  await Promise.all(appendAll(store, ids(30)))
  expect(sent).not.toContain('JSON_TABLE')
  expect((await contents(store, ids(30))).map((items) => items.length)).toEqual(
    ids(30).map((_, index) => (index < 20 ? 2 : 1)),
  )
  proxy.close()
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
