import { expect, it } from 'vitest'
import { age, keysUnder } from './support/primaries.ts'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const item = { role: 'user', content: 'hello' } as const
const advance = (ms: number): Promise<void> => age({ kind: 'single', url: redis.url }, 'agents:session', ms)
const ends = async (): Promise<number[]> => {
  const keys = await keysUnder({ kind: 'single', url: redis.url }, 'agents:session')
  return Promise.all(keys.map((key) => redis.plain.pExpireTime(key)))
}

it.each([0, 2])(
  'ends all keys of a session at one instant, set with every kind of write, with %i retries',
  async (retries) => {
    const session = redis.open({ ttl: 60, retries }).session('a')
    const writes = [
      () => session.addItems([item]),
      () => session.addItems([item, item]),
      () => session.popItem(),
      () => session.setMetadata({ a: 1 }),
      () => session.replaceHistoryWithCompaction([item]),
      () =>
        session.applyHistoryTransaction({ operationId: 'op', transaction: { type: 'append_items', items: [item] } }),
    ]
    let last = 0
    for (const write of writes) {
      await write()
      const all = await ends()
      expect(new Set(all).size).toBe(1)
      expect(all.length).toBe(2)
      expect((await session.info())?.expiresAt?.getTime()).toBe(all[0])
      expect(all[0]).toBeGreaterThan(last)
      last = all[0] ?? 0
    }
  },
)

it('stays with a session that is written without one, counted from that write', async () => {
  await redis.open({ ttl: 60 }).session('a').addItems([item])
  const immortal = redis.open().session('a')
  for (const write of [() => immortal.addItems([item]), () => immortal.setMetadata({ a: 1 })]) {
    await advance(50_000)
    await write()
  }
  const left = ((await ends())[0] ?? 0) - Date.now()
  expect(left).toBeGreaterThan(55_000)
  expect(new Set(await ends()).size).toBe(1)
  await advance(61_000)
  expect(await immortal.getItems()).toEqual([])
  expect(await redis.plain.keys('*')).toEqual([])
})

it('is given to a session that had another or none', async () => {
  await redis.open().session('a').addItems([item])
  expect(await ends()).toEqual([-1, -1])
  for (const ttl of [100, 10_000]) {
    await redis.open({ ttl }).session('a').addItems([item])
    const all = await ends()
    expect(new Set(all).size).toBe(1)
    expect(Math.abs((all[0] ?? 0) - Date.now() - ttl * 1000)).toBeLessThan(5_000)
  }
})

it('of 100,000 years is kept to the millisecond, by whoever writes next', async () => {
  const ttl = 3.2e12
  const patient = redis.open({ ttl }).session('a')
  for (const session of [patient, patient, patient, redis.open().session('a'), patient]) {
    await session.addItems([item])
    const info = await session.info()
    expect(Number(info?.expiresAt) - Number(info?.updatedAt)).toBe(ttl * 1000)
    expect(new Set(await ends())).toEqual(new Set([info?.expiresAt?.getTime()]))
  }
  expect(await patient.getItems()).toHaveLength(5)
})

it('is forgotten with the session', async () => {
  const mortal = redis.open({ ttl: 60 }).session('a')
  await mortal.addItems([item])
  await mortal.clearSession()
  await redis.open().session('a').addItems([item])
  expect(await ends()).toEqual([-1, -1])
})

it('is refreshed by reading items only where that was asked for', async () => {
  const patient = redis.open({ ttl: 60, refreshTtlOnRead: true }).session('a')
  await patient.addItems([item])
  const written = (await ends())[0] ?? 0
  await advance(30_000)
  await redis.open({ ttl: 60 }).session('a').getItems()
  await patient.info()
  expect((await ends())[0]).toBe(written - 30_000)
  expect(await patient.getItems(1)).toEqual([item])
  const all = await ends()
  expect(new Set(all).size).toBe(1)
  expect(all[0]).toBeGreaterThanOrEqual(written)
  expect(await redis.open({ ttl: 60, refreshTtlOnRead: true }).session('never').getItems()).toEqual([])
  expect(await redis.plain.keys('*never*')).toEqual([])
})

it('does not come to sessions without one by reading them', async () => {
  await redis.open().session('a').addItems([item])
  expect(await redis.open({ ttl: 60, refreshTtlOnRead: true }).session('a').getItems()).toEqual([item])
  expect(await ends()).toEqual([-1, -1])
})

it('may be a fraction of a second, which is at least a millisecond', async () => {
  const session = redis.open({ ttl: 0.0001 }).session('a')
  await session.addItems([item])
  await expect.poll(() => session.getItems()).toEqual([])
})
