import type { SessionFilter } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { CountingDatabase } from './support/counting-database.ts'
import { temporaryFile } from './support/folder.ts'

const item = { role: 'user', content: 'hello' } as const

async function ids(store: SQLiteStore, filter: SessionFilter = {}): Promise<string[]> {
  const found: string[] = []
  for await (const { sessionId } of store.listSessions(filter)) found.push(sessionId)
  return found
}

/** By UTF-8 bytes these stand in this order; by UTF-16 units the emoji would be before U+FFFD. */
const ascending = [
  'a',
  'b',
  'user',
  'user\u0001',
  'userz',
  'useré',
  'user\ud7ff',
  'user\ue000',
  'user\ufffd',
  'user😀',
  'user\u{10ffff}',
  'uses',
  'é',
  '\ufffd',
  '😀',
]

describe('sessions that were changed at one instant', () => {
  it('are listed descending by the bytes of their ids', async () => {
    const [path, clock] = [temporaryFile(), new ManualClock()]
    await using store = new SQLiteStore({ path, clock })
    for (const id of [...ascending].sort(() => 1)) await store.session(id).addItems([item])
    expect(await ids(store)).toEqual(ascending.toReversed())
    expect(await ids(store, { limit: 3 })).toEqual(ascending.toReversed().slice(0, 3))
    expect(await ids(store, { prefix: 'user' })).toEqual(ascending.toReversed().filter((id) => id.startsWith('user')))
  })

  it('likewise where Python wrote some of them, in whole seconds', async () => {
    const path = temporaryFile()
    await using store = new SQLiteStore({ path, clock: new ManualClock(Date.UTC(2026, 0)) })
    for (const id of ascending) await store.session(id).addItems([item])
    const database = new Database(path)
    const write = database.prepare('UPDATE agent_sessions SET updated_at = ? WHERE session_id = ?')
    for (const [index, id] of ascending.entries()) if (index % 3 !== 0) write.run('2026-01-01 00:00:00', id)
    write.run('2026-01-01 00:00:01', 'a')
    write.run('2025-12-31 23:59:59.999', '😀')
    database.close()
    const expected = ['a', ...ascending.slice(1, -1).toReversed(), '😀']
    expect(await ids(store)).toEqual(expected)
    expect(await ids(store, { prefix: 'u' })).toEqual(expected.filter((id) => id.startsWith('u')))
  })
})

it('takes a prefix by bytes, whatever character comes next', async () => {
  await using store = new SQLiteStore()
  for (const id of ascending) await store.session(id).addItems([item])
  const prefixes = [
    'u',
    'user',
    'user\ud7ff',
    'user\ufffd',
    'user😀',
    'user\u{10ffff}',
    '\ufffd',
    '😀',
    'e',
    '\u{10ffff}',
  ]
  for (const prefix of prefixes) {
    const expected = ascending.filter((id) => id.startsWith(prefix))
    expect(new Set(await ids(store, { prefix })), prefix).toEqual(new Set(expected))
  }
  expect(await store.deleteSessions({ prefix: 'user' })).toBe(9)
})

describe('among many sessions', () => {
  /** So many sessions as one thing, and a tenth as another. */
  async function filled(count: number): Promise<SQLiteStore> {
    const database = new Database(':memory:')
    const store = new SQLiteStore({ database })
    await store.session('one:x').setMetadata({ tenant: 'big', user: 'u1' })
    database.exec(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
      INSERT INTO agent_sessions SELECT 'many:' || i, '2026-01-01 00:00:00.000', strftime('%Y-%m-%d %H:%M:%f', 1767225600 + i, 'unixepoch') FROM n;
      INSERT INTO agent_sessions_metadata SELECT session_id, '"tenant"', '"big"' FROM agent_sessions WHERE session_id > 'many' AND session_id < 'mao';
      INSERT INTO agent_sessions_metadata SELECT session_id, '"user"', '"u' || substr(session_id, 6) || '"' FROM agent_sessions WHERE session_id > 'many' AND session_id < 'mao';`)
    return store
  }

  const filters: Readonly<Record<string, SessionFilter>> = {
    'all of them': { limit: 20 },
    'a value that all share': { metadata: { tenant: 'big' }, limit: 20 },
    'a prefix that all share': { prefix: 'many:', limit: 20 },
    'a value of one': { metadata: { user: 'u1' }, limit: 20 },
    'a value of one beside one that all share': { metadata: { tenant: 'big', user: 'u7' }, limit: 20 },
    'a prefix of few': { prefix: 'one:', limit: 20 },
    'a prefix of few beside a value that all share': { prefix: 'one:', metadata: { tenant: 'big' }, limit: 20 },
  }

  it('finds those of a filter as fast among 100,000 as among 2,000', async () => {
    await using few = await filled(2_000)
    await using many = await filled(100_000)
    const fastest = async (store: SQLiteStore, filter: SessionFilter): Promise<number> => {
      let best = Infinity
      for (let time = 0; time < 5; time++) {
        const start = performance.now()
        expect((await ids(store, filter)).length).toBeGreaterThan(0)
        best = Math.min(best, performance.now() - start)
      }
      return best
    }
    for (const [name, filter] of Object.entries(filters)) {
      const [ofFew, ofMany] = [await fastest(few, filter), await fastest(many, filter)]
      expect(ofMany, `${name}: ${ofMany.toFixed(1)} ms, ${ofFew.toFixed(1)} ms`).toBeLessThan(ofFew * 5 + 10)
    }
  })
})

describe('of many sessions', () => {
  /** A session a second, each with a ttl of a minute from then on. */
  async function many(count: number): Promise<{ store: SQLiteStore; counting: CountingDatabase; clock: ManualClock }> {
    // After a whole second, others of that second may follow, which are looked for.
    const clock = new ManualClock(Date.UTC(2026, 0) + 123)
    const counting = new CountingDatabase(new Database(':memory:'))
    const store = new SQLiteStore({ database: counting.database, clock })
    await store.session('0').setMetadata({ app: 'chat' })
    const last = clock.now()
    counting.database.exec(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
        INSERT INTO agent_sessions SELECT i, at, at FROM (
          SELECT i, strftime('%Y-%m-%d %H:%M:%f', ${last / 1000} - i, 'unixepoch') AS at FROM n);
      INSERT INTO agent_sessions_metadata SELECT session_id, '"app"', '"chat"' FROM agent_sessions WHERE session_id <> '0';
      INSERT INTO agent_sessions_ttls SELECT session_id, 60000, ${last} - session_id * 1000 + 60000 FROM agent_sessions`)
    counting.executed = []
    return { store, counting, clock }
  }
  const rows = ({ executed }: CountingDatabase): number => executed.reduce((sum, each) => sum + each.rows, 0)

  it.each([1_000, 10_000])('the newest ones are found without a look at the others: %i', async (count) => {
    const { store, counting } = await many(count)
    expect(await ids(store, { limit: 20 })).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`))
    // Each is looked at twice: to be found, and when its turn comes.
    expect(rows(counting)).toBe(40)
    expect(await ids(store, { limit: 30, metadata: { app: 'chat' } })).toHaveLength(30)
    await store.close()
  })

  it('are listed without a look at their items on request, and deleted so', async () => {
    const { store, counting } = await many(1_000)
    const listed: unknown[] = []
    for await (const session of store.listSessions({ limit: 20 }, { count: false })) listed.push(session)
    expect(listed).toHaveLength(20)
    expect(listed[0]).not.toHaveProperty('itemCount')
    expect(await store.deleteSessions({ prefix: '1' })).toBeGreaterThan(0)
    expect(counting.count(/count\(\*\)/)).toBe(0)
    await store.close()
  })

  it('those whose time is over are found without a look at the others', async () => {
    const { store, counting, clock } = await many(1_000)
    expect(await store.purgeExpired()).toBe(941)
    counting.executed = []
    expect(await store.purgeExpired()).toBe(0)
    clock.advance(2_000)
    expect(await store.purgeExpired()).toBe(2)
    expect(counting.executed.filter(({ source }) => /AS over/.test(source)).map((each) => each.rows)).toEqual([0, 2])
    expect(await ids(store)).toHaveLength(58)
    await store.close()
  })
})
