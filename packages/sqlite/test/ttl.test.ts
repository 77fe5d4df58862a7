import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { temporaryFile } from './support/folder.ts'

const item = { role: 'user', content: 'hello' } as const
const tables = [
  'agent_sessions',
  'agent_messages',
  'agent_sessions_ttls',
  'agent_sessions_metadata',
  'agent_sessions_operations',
]

function rows(path: string): number[] {
  const database = new Database(path, { readonly: true })
  const counts = tables.map((table) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number)
  database.close()
  return counts
}

it('holds for every store on the file, whatever its own ttl', async () => {
  const [path, clock] = [temporaryFile(), new ManualClock()]
  await using mortal = new SQLiteStore({ path, clock, ttl: 60 })
  await using immortal = new SQLiteStore({ path, clock })
  await mortal.session('a').addItems([item])
  await immortal.session('b').addItems([item])
  clock.advance(61_000)
  expect(await immortal.session('a').getItems()).toEqual([])
  expect(await immortal.session('a').getItems(5)).toEqual([])
  expect(await immortal.getSessionInfo('a')).toBeUndefined()
  expect(await mortal.session('b').getItems()).toEqual([item])
})

it('stays with a session that is written without one, counted from that write', async () => {
  const [path, clock] = [temporaryFile(), new ManualClock()]
  await using mortal = new SQLiteStore({ path, clock, ttl: 60 })
  await using immortal = new SQLiteStore({ path, clock })
  await mortal.session('a').addItems([item])
  clock.advance(50_000)
  await immortal.session('a').addItems([item])
  clock.advance(50_000)
  expect(await immortal.session('a').getItems()).toEqual([item, item])
  clock.advance(20_000)
  expect(await immortal.session('a').getItems()).toEqual([])
})

it('is forgotten with the session', async () => {
  const [path, clock] = [temporaryFile(), new ManualClock()]
  await using mortal = new SQLiteStore({ path, clock, ttl: 60 })
  await using immortal = new SQLiteStore({ path, clock })
  await mortal.session('a').addItems([item])
  await mortal.session('a').clearSession()
  await immortal.session('a').addItems([item])
  expect((await immortal.getSessionInfo('a'))?.expiresAt).toBeUndefined()
  clock.advance(120_000)
  expect(await mortal.session('a').getItems()).toEqual([item])
})

it('leaves nothing on the disk after a purge, and purges nothing that was never given one', async () => {
  const [path, clock] = [temporaryFile(), new ManualClock()]
  await using mortal = new SQLiteStore({ path, clock, ttl: 60 })
  await using immortal = new SQLiteStore({ path, clock })
  for (let index = 0; index < 1_200; index++) await mortal.session(`m${index}`).addItems([item])
  await mortal.session('m0').setMetadata({ userId: 'u1' })
  const transaction = { type: 'append_items', items: [item] } as const
  await mortal.session('m0').applyHistoryTransaction({ operationId: 'op', transaction })
  await immortal.session('kept').addItems([item])
  clock.advance(61_000)
  expect(await mortal.purgeExpired()).toBe(1_200)
  expect(rows(path)).toEqual([1, 1, 0, 0, 0])
})

it('is cleared from the disk by deleting others too', async () => {
  const [path, clock] = [temporaryFile(), new ManualClock()]
  await using store = new SQLiteStore({ path, clock, ttl: 60 })
  await store.session('old').addItems([item])
  clock.advance(61_000)
  await store.session('new').addItems([item])
  expect(await store.deleteSessions({ prefix: 'nobody' })).toBe(0)
  expect(rows(path)).toEqual([1, 1, 1, 0, 0])
})

it('is cleared away where foreign keys do not cascade', async () => {
  const database = new Database(temporaryFile())
  database.pragma('foreign_keys = OFF')
  await using store = new SQLiteStore({ database, ttl: 60 })
  await store.session('a').addItems([item])
  await store.session('a').clearSession()
  expect(database.prepare('SELECT count(*) FROM agent_messages').pluck().get()).toBe(0)
  database.close()
})
