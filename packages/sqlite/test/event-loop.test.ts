import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import { longestTurnMs } from '@sessions/test-servers'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { temporaryFile } from './support/folder.ts'

const item = { role: 'user', content: 'hello' } as const
const sessions = 6_000
/** 50 ms are promised; this leaves something for a collection of garbage and a slow machine. */
const mostMs = 100

async function count(iterable: AsyncIterable<unknown>): Promise<number> {
  let found = 0
  for await (const _ of iterable) found++
  return found
}

/** Makes sessions of two items each at once. */
async function fill(store: SQLiteStore, path: string, now: number): Promise<void> {
  await store.getSessionInfo('x')
  const database = new Database(path)
  const time = "strftime('%Y-%m-%d %H:%M:%f', ? / 1000.0, 'unixepoch')"
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${sessions})`
  database.prepare(`${numbers} INSERT INTO agent_sessions SELECT 's' || i, ${time}, ${time} FROM n`).run(now, now)
  database.prepare('INSERT INTO agent_sessions_ttls SELECT session_id, 60000, ? FROM agent_sessions').run(now + 60_000)
  database.exec("INSERT INTO agent_sessions_metadata SELECT session_id, '\"a\"', '1' FROM agent_sessions")
  const message = database.prepare(
    'INSERT INTO agent_messages (session_id, message_data) SELECT session_id, ? FROM agent_sessions',
  )
  for (let time = 0; time < 2; time++) message.run(JSON.stringify(item))
  database.close()
}

const loops: Readonly<Record<string, (store: SQLiteStore, clock: ManualClock) => Promise<unknown>>> = {
  listSessions: async (store) => expect(await count(store.listSessions())).toBe(sessions),
  'listSessions with a prefix': async (store) =>
    expect(await count(store.listSessions({ prefix: 's1' }))).toBeGreaterThan(1_000),
  'listSessions with metadata': async (store) =>
    expect(await count(store.listSessions({ metadata: { a: 1 } }))).toBe(sessions),
  'listSessions that finds nothing': async (store) =>
    expect(await count(store.listSessions({ updatedBefore: new Date(0) }))).toBe(0),
  deleteSessions: async (store) => expect(await store.deleteSessions({ prefix: 's' })).toBe(sessions),
  purgeExpired: async (store, clock) => {
    clock.advance(61_000)
    expect(await store.purgeExpired()).toBe(sessions)
  },
  'a burst of awaited calls': async (store) => {
    for (let index = 0; index < sessions; index++) await store.session(`s${index}`).addItems([item])
  },
  'a burst of awaited reads': async (store) => {
    for (let index = 0; index < sessions; index++) await store.session(`s${index}`).getItems(1)
  },
}

it.each(Object.entries(loops))('%s lets timers run all the while', async (_, loop) => {
  const [path, clock] = [temporaryFile(), new ManualClock()]
  await using store = new SQLiteStore({ path, clock, ttl: 60, synchronous: 'NORMAL' })
  await fill(store, path, clock.now())
  expect(await longestTurnMs(() => loop(store, clock))).toBeLessThan(mostMs)
})

it('items() lets timers run all the while', async () => {
  await using store = new SQLiteStore()
  for (let time = 0; time < 10; time++) await store.session('a').addItems(Array(10_000).fill(item))
  expect(await longestTurnMs(async () => expect(await count(store.session('a').items())).toBe(100_000))).toBeLessThan(
    mostMs,
  )
})

it('many calls that wait for a lock let timers run all the while', async () => {
  const path = temporaryFile()
  await using store = new SQLiteStore({ path, busyTimeoutMs: 300 })
  await store.session('a').addItems([item])
  const holder = new Database(path)
  holder.exec('BEGIN IMMEDIATE')
  let last = performance.now()
  const gaps: number[] = []
  const timer = setInterval(() => {
    gaps.push(performance.now() - last)
    last = performance.now()
  }, 1)
  const waiting = Array.from({ length: 100 }, () => store.session('a').addItems([item]))
  const results = await Promise.allSettled(waiting)
  clearInterval(timer)
  holder.exec('ROLLBACK')
  holder.close()
  expect(results.every(({ status }) => status === 'rejected')).toBe(true)
  expect(gaps.length, 'timers ran').toBeGreaterThan(10)
})
