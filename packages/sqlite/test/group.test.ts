import { renameSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import { longestTurnMs } from '@sessions/test-servers'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { collect } from './support/collect.ts'
import { temporaryFile } from './support/folder.ts'

const item = (content: string) => ({ role: 'user', content }) as const
const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`)

/** A database that counts what is executed, by its first words. */
function counting(): { database: Database.Database; count(text: string): number; reset(): void } {
  let executed: string[] = []
  const database = new Database(temporaryFile(), { verbose: (sql) => void executed.push(String(sql)) })
  onTestFinished(() => void database.close())
  const count = (text: string): number => executed.filter((sql) => sql.startsWith(text)).length
  return {
    database,
    count,
    reset: () => {
      executed = []
    },
  }
}

/** Everything that is stored, by session. */
async function contents(store: SQLiteStore, sessions: readonly string[]): Promise<unknown[][]> {
  return await Promise.all(
    sessions.map(async (id) => (await store.session(id).getItems()).map((stored) => Object(stored).content)),
  )
}

describe('appends of one turn of the event loop', () => {
  it('of 1,000 sessions are a few transactions, and a lone one is one', async () => {
    const { database, count, reset } = counting()
    await using store = new SQLiteStore({ database })
    await store.session('lone').addItems([item('a')])
    reset()
    await store.session('lone').addItems([item('b')])
    expect([count('BEGIN'), count('COMMIT'), count('SAVEPOINT')]).toEqual([1, 1, 0])
    reset()
    await Promise.all(ids(1_000).map((id) => store.session(id).addItems([item(id)])))
    // Three where the machine takes no longer than ten milliseconds to make the calls.
    expect(count('BEGIN')).toBeLessThan(100)
    expect([count('COMMIT'), count('SAVEPOINT')]).toEqual([count('BEGIN'), 0])
    expect(await contents(store, ids(1_000))).toEqual(ids(1_000).map((id) => [id]))
  })

  it('are bounded in length: large ones do not hold a transaction for long', async () => {
    const { database, count, reset } = counting()
    await using store = new SQLiteStore({ database })
    await store.session('lone').addItems([item('a')])
    reset()
    await Promise.all(ids(9).map((id) => store.session(id).addItems([item('x'.repeat(400_000))])))
    expect(count('BEGIN')).toBeGreaterThan(4)
  })

  it('of many stores on one file write its log as one does', async () => {
    const path = temporaryFile()
    const sessions = ids(60).map((sessionId) => new SQLiteSession({ sessionId, path }))
    const logged = (): number => statSync(`${path}-wal`).size
    for (const session of sessions) await session.addItems([item('before')])
    const before = logged()
    for (const session of sessions) await session.addItems([item('one by one')])
    const between = logged()
    await Promise.all(sessions.map((session) => session.addItems([item('at once')])))
    expect(logged() - between).toBeLessThan((between - before) / 4)
    await Promise.all(sessions.map((session) => session.close()))
  })

  it('let timers run, and so do thousands that are awaited one after the other', async () => {
    await using store = new SQLiteStore({ path: temporaryFile(), synchronous: 'NORMAL' })
    const burst = () => Promise.all(ids(1_000).map((id) => store.session(id).addItems([item(id)])))
    const oneByOne = async (): Promise<void> => {
      for (let index = 0; index < 3_000; index++) await store.session('a').addItems([item('x')])
    }
    await burst()
    // 50 ms are promised; this leaves something for a collection of garbage and a slow machine.
    for (const work of [oneByOne, burst]) expect(await longestTurnMs(work)).toBeLessThan(100)
  })
})

describe('what else is done with a session', () => {
  it('sees what was appended to it before, whoever waits for whom', async () => {
    await using store = new SQLiteStore({ path: temporaryFile() })
    const other = (): ReturnType<typeof store.session> => store.session('b')
    await other().addItems([item('0')])
    const appends = [store.session('a').addItems([item('a')]), other().addItems([item('1')])]
    const [read, info, listed] = await Promise.all([
      other().getItems(),
      store.getSessionInfo('b'),
      collect(store.listSessions({ prefix: 'b' })),
    ])
    expect([read.length, info?.itemCount, listed[0]?.itemCount]).toEqual([2, 2, 2])
    await Promise.all(appends)
    const last = [store.session('a').addItems([item('a')]), other().addItems([item('2')]), store.deleteSession('b')]
    expect((await Promise.all(last))[2]).toBe(true)
    expect(await other().getItems()).toEqual([])
  })

  it('does not tear a group where it concerns another', async () => {
    const { database, count, reset } = counting()
    await using store = new SQLiteStore({ database })
    await store.session('lone').addItems([item('a')])
    reset()
    await Promise.all(
      ids(50).map(async (id) => {
        expect(await store.session(id).getItems()).toEqual([])
        await store.session(id).addItems([item(id)])
      }),
    )
    expect(count('BEGIN')).toBeLessThan(10)
  })
})

describe('a member that fails', () => {
  const bad = (raise: string): string => `CREATE TRIGGER bad BEFORE INSERT ON agent_messages
    WHEN NEW.message_data LIKE '%bad%' BEGIN SELECT RAISE(${raise}, 'no'); END`

  const databases = {
    'better-sqlite3': () => new Database(':memory:'),
    'node:sqlite': () => new DatabaseSync(':memory:'),
  }
  const failures = ['ABORT', 'FAIL', 'ROLLBACK'].flatMap((raise) =>
    Object.entries(databases).map(([driver, open]) => [raise, driver, open] as const),
  )

  it.each(failures)('does not concern the others, though it fails by %s, on %s', async (raise, _, open) => {
    const database = open()
    await using store = new SQLiteStore({ database })
    await store.session('lone').addItems([item('a')])
    database.exec(bad(raise))
    const said = ids(9).map((id, index) => item(index % 4 === 2 ? 'bad' : id))
    const outcomes = await Promise.allSettled(
      said.map((given, index) => store.session(`s${index}`).addItems([item('first'), given])),
    )
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(said.map(({ content }) => content !== 'bad'))
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'SESSION_BACKEND' })
    }
    const stored = said.map(({ content }) => (content === 'bad' ? [] : ['first', content]))
    expect(await contents(store, ids(9))).toEqual(stored)
    expect(await store.getSessionInfo('s2')).toBeUndefined()
    database.close()
  })

  it.each(Object.entries(databases))('at the commit leaves those that can be committed, on %s', async (_, open) => {
    const database = open()
    await using store = new SQLiteStore({ database })
    await store.session('lone').addItems([item('a')])
    database.exec(`CREATE TABLE allowed (content TEXT PRIMARY KEY);
      CREATE TABLE log (content TEXT REFERENCES allowed DEFERRABLE INITIALLY DEFERRED);
      CREATE TRIGGER checked AFTER INSERT ON agent_messages WHEN NEW.message_data LIKE '%bad%'
        BEGIN INSERT INTO log VALUES (NEW.message_data); END`)
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'bad', 'c'].map((content) => store.session(content).addItems([item(content)])),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(await contents(store, ['a', 'b', 'bad', 'c'])).toEqual([['a'], ['b'], [], ['c']])
    database.close()
  })

  it('for want of a lock waits as long as its own store says', async () => {
    const path = temporaryFile()
    await using patient = new SQLiteStore({ path })
    await using hasty = new SQLiteStore({ path, busyTimeoutMs: 0 })
    await Promise.all([patient.session('a').addItems([item('0')]), hasty.session('b').addItems([item('0')])])
    const holder = new Database(path)
    holder.exec('BEGIN IMMEDIATE')
    const refused = ['b', 'd'].map((id) => hasty.session(id).addItems([item('1')]))
    const writes = ['a', 'c'].map((id) => patient.session(id).addItems([item('1')]))
    for (const each of await Promise.allSettled(refused)) {
      expect(each).toMatchObject({ status: 'rejected', reason: { code: 'SESSION_BUSY' } })
    }
    holder.exec('COMMIT')
    holder.close()
    await Promise.all(writes)
    expect(await contents(patient, ['a', 'b', 'c', 'd'])).toEqual([['0', '1'], ['0'], ['1'], []])
  })
})

describe.skipIf(process.platform === 'win32')('files that are gone before a group leaves', () => {
  it('are noticed: each member is refused, and the next call opens what is there', async () => {
    const path = temporaryFile()
    await using store = new SQLiteStore({ path })
    await using beside = new SQLiteStore({ path })
    await Promise.all([store.session('a').addItems([item('0')]), beside.session('a').addItems([item('0')])])
    await turn()
    await turn()
    const stores = [store, store, beside, store]
    const writes = stores.map((each, index) => each.session(`s${index}`).addItems([item('lost')]))
    renameSync(path, `${path}.old`)
    writeFileSync(path, '')
    const outcomes = await Promise.allSettled(writes)
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected'])
    for (const outcome of outcomes.slice(1)) {
      expect(outcome).toMatchObject({ reason: { code: 'SESSION_UNAVAILABLE' } })
    }
    await store.session('a').addItems([item('new')])
    await beside.session('a').addItems([item('newer')])
    expect(await contents(store, ['a'])).toEqual([['new', 'newer']])
  })
})
