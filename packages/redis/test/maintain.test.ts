import type { RedisStore } from '@sessions/redis'
import { expect, it } from 'vitest'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const key = 'agents:session:p'

/** As RedisSession in the OpenAI Agents SDK for Python 0.22.0 writes. */
async function writeAsPython(records: readonly string[], ttl?: number): Promise<void> {
  await redis.plain.hSet(key, { session_id: 'p', created_at: '1700000000', updated_at: '1700000123' })
  await redis.plain.rPush(`${key}:messages`, [...records])
  if (ttl !== undefined) for (const each of [key, `${key}:messages`]) await redis.plain.expire(each, ttl)
}

async function placesOf(store: RedisStore): Promise<string[]> {
  return (await store.records.page('p', undefined, 100)).places ?? []
}

it("leaves the times of Python's sessions as they were, and the ends of their keys", async () => {
  const store = redis.open()
  await writeAsPython(['a', 'b', 'c', 'd'], 5_000)
  const ends = async () => Promise.all([key, `${key}:messages`].map((each) => redis.plain.pExpireTime(each)))
  const [before, endsBefore] = [await store.getSessionInfo('p'), await ends()]
  const [a = '', b = '', , d = ''] = await placesOf(store)
  const maintain = { replace: [{ place: a, record: 'A' }], remove: [b, d] }
  expect(await store.records.commit('p', { maintain })).toEqual({ status: 'applied', dropped: [] })
  expect(await redis.plain.lRange(`${key}:messages`, 0, -1)).toEqual(['A', 'c'])
  expect(await store.getSessionInfo('p')).toEqual(before && { ...before, itemCount: 2 })
  expect(await ends()).toEqual(endsBefore)
  // After a write of ours, and one of Python's after it.
  await store.records.commit('p', { append: ['e'] })
  await writeAsPython(['f'])
  const later = await store.getSessionInfo('p')
  const [, c = ''] = await placesOf(store)
  await store.records.commit('p', { maintain: { remove: [c] } })
  expect(await store.getSessionInfo('p')).toEqual(later && { ...later, itemCount: 3 })
  await store.records.commit('p', { append: ['g'] })
  const written = await store.getSessionInfo('p')
  expect(written?.updatedAt.getTime()).toBeGreaterThan(later?.updatedAt.getTime() ?? 0)
  expect(await store.records.read('p')).toEqual(['A', 'e', 'f', 'g'])
})

it('finds a record also whose bytes are no UTF-8', async () => {
  const store = redis.open()
  await writeAsPython(['a', 'c'])
  await redis.plain.lInsert(`${key}:messages`, 'BEFORE', 'c', Buffer.from([0xff, 0xfe]) as never)
  const [, broken = ''] = await placesOf(store)
  expect(await store.records.commit('p', { maintain: { remove: [broken] } })).toMatchObject({ status: 'applied' })
  expect(await store.records.read('p')).toEqual(['a', 'c'])
})
