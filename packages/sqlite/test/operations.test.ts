import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { temporaryFile } from './support/folder.ts'

const item = { role: 'user', content: 'hello' } as const
const append = (operationId: string) => ({ operationId, transaction: { type: 'append_items', items: [item] } }) as const

function remembered(database: Database.Database): number {
  return database.prepare('SELECT count(*) FROM agent_sessions_operations').pluck().get() as number
}

it('remembers an operation for a day, or for operationTtl', async () => {
  for (const [options, seconds] of [
    [{}, 86_400],
    [{ operationTtl: 0.5 }, 0.5],
  ] as const) {
    const [clock, database] = [new ManualClock(), new Database(':memory:')]
    await using store = new SQLiteStore({ database, clock, ...options })
    const session = store.session('a')
    await session.applyHistoryTransaction(append('op'))
    clock.advance(seconds * 1_000 - 1)
    await session.applyHistoryTransaction(append('op'))
    expect(await session.getItems()).toHaveLength(1)
    clock.advance(1)
    await session.applyHistoryTransaction(append('op'))
    expect(await session.getItems()).toHaveLength(2)
    await session.applyHistoryTransaction(append('op'))
    expect(await session.getItems()).toHaveLength(2)
  }
})

it('forgets operations with purgeExpired, also of sessions that nobody writes any more', async () => {
  const [clock, database] = [new ManualClock(), new Database(':memory:')]
  await using store = new SQLiteStore({ database, clock, operationTtl: 60 })
  for (let index = 0; index < 1_200; index++)
    await store.session(`s${index % 3}`).applyHistoryTransaction(append(`o${index}`))
  clock.advance(60_000)
  await store.session('new').applyHistoryTransaction(append('new'))
  expect(await store.purgeExpired()).toBe(0)
  expect(remembered(database)).toBe(1)
  expect((await store.getSessionInfo('s0'))?.itemCount).toBe(400)
})

it('does not pile them up where nobody purges', async () => {
  const [clock, database] = [new ManualClock(), new Database(':memory:')]
  await using store = new SQLiteStore({ database, clock, operationTtl: 60 })
  const session = store.session('a')
  for (let index = 0; index < 1_000; index++) {
    await session.applyHistoryTransaction(append(`o${index}`))
    clock.advance(1_000)
  }
  expect(remembered(database)).toBeLessThan(100)
})

it('appends as fast with 200,000 remembered operations as with none', async () => {
  const [empty, full] = [new Database(':memory:'), new Database(':memory:')]
  const stores = [empty, full].map((database) => new SQLiteStore({ database }))
  for (const store of stores) await store.session('a').applyHistoryTransaction(append('first'))
  full.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
    INSERT INTO agent_sessions_operations SELECT 'a', 'op' || i, 'f', '9999-01-01 00:00:00.000' FROM n`)
  // In turn, so that whatever else the machine does slows both.
  const best = [Infinity, Infinity]
  for (let round = 0; round < 10; round++) {
    for (const [which, store] of stores.entries()) {
      const start = performance.now()
      for (let index = 0; index < 50; index++) {
        await store.session('a').applyHistoryTransaction(append(`${round}/${index}`))
      }
      best[which] = Math.min(best[which] ?? Infinity, performance.now() - start)
    }
  }
  const [without = 0, withAll = Infinity] = best
  expect(withAll).toBeLessThan(without * 4 + 5)
  for (const store of stores) await store.close()
})

it('reads sessions whole in one step, unless one is too long for it', async () => {
  const path = temporaryFile()
  await using store = new SQLiteStore({ path })
  await store.session('a').setMetadata({ userId: 'u' })
  for (const content of ['one', 'two']) await store.session('a').addItems([{ role: 'user', content }])
  await store.session('b').addItems([{ role: 'user', content: 'three' }])
  const [none, b, long] = await store.moves.whole(['none', 'b', 'a'], 1)
  expect([none, long]).toEqual([undefined, 'unread'])
  const info = await store.getSessionInfo('b')
  expect(b).toMatchObject({ sessionId: 'b', updatedAt: info?.updatedAt, createdAt: info?.createdAt, operations: [] })
  expect(b).toMatchObject({ records: [JSON.stringify({ role: 'user', content: 'three' })], times: [expect.any(Date)] })
  const [a] = await store.moves.whole(['a'], 2)
  expect(a).toMatchObject({ records: { length: 2 }, times: { length: 2 }, metadata: { userId: 'u' } })
})
