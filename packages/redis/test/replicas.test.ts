import { SessionError } from '@sessions/core'
import { type RedisClient, RedisStore } from '@sessions/redis'
import { startRedisCluster, startRedisSentinel } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { connectTo, type Place } from './support/clients.ts'
import { clear, onPrimaries } from './support/primaries.ts'

const [cluster, sentinel] = await Promise.all([startRedisCluster({ own: true }), startRedisSentinel({ own: true })])
afterAll(async () => void (await Promise.all([cluster.stop(), sentinel.stop()])))
const [primary] = sentinel.nodes
const places: Record<string, Place> = {
  'a single client': { kind: 'single', url: primary?.url ?? '' },
  'a pool': { kind: 'pool', url: primary?.url ?? '' },
  sentinel: { kind: 'sentinel', name: sentinel.name, sentinels: sentinel.sentinels },
  'a cluster': { kind: 'cluster', rootNodes: cluster.rootNodes },
}
const item = { role: 'user', content: 'hello' } as const

describe.each(Object.entries(places))('waitForReplicas over %s', (_, place) => {
  const run = async (work: (client: RedisClient) => Promise<void>): Promise<void> => {
    const client = await connectTo(place)
    try {
      await work(client)
    } finally {
      await client.close()
      await clear(place, 'agents:session')
    }
  }

  it('acknowledges what the replicas have, also after the scripts were forgotten', async () => {
    await run(async (client) => {
      const store = new RedisStore({ client, waitForReplicas: { count: 1, timeoutMs: 5_000 } })
      for (const id of ['a', 'b', 'c', 'd']) {
        const session = store.session(id)
        await session.addItems([item])
        await onPrimaries(place, (each) => each.scriptFlush())
        await session.addItems([item])
        expect(await session.popItem()).toEqual(item)
        await session.setMetadata({ a: 1 })
        expect(await session.getItems()).toEqual([item])
        expect(await store.deleteSession(id)).toBe(true)
      }
    })
  })

  it('says that the write is there, where fewer replicas have it in time', async () => {
    await run(async (client) => {
      const store = new RedisStore({ client, waitForReplicas: { count: 9, timeoutMs: 50 }, retries: 3 })
      const error = await store
        .session('a')
        .addItems([item])
        .catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(SessionError)
      expect(error).toMatchObject({ code: 'SESSION_NOT_REPLICATED', retryable: false, ambiguous: true })
      expect((error as SessionError).message).toMatch(/done on the primary, but only \d of 9 replicas/)
      expect(await store.session('a').getItems()).toEqual([item])
    })
  })
})

it('asks the replicas again for what is repeated over another connection', async () => {
  const place = places['a single client'] as Place
  const replicas = sentinel.nodes.slice(1)
  const args = { operationId: 'op', transaction: { type: 'append_items', items: [item] } } as const
  const options = { keyPrefix: 'again', waitForReplicas: { count: 1, timeoutMs: 100 } }
  for (const { pid } of replicas) process.kill(pid, 'SIGSTOP')
  try {
    for (let time = 0; time < 2; time++) {
      const client = await connectTo(place)
      const session = new RedisStore({ client, ...options }).session('a')
      await expect(session.applyHistoryTransaction(args)).rejects.toMatchObject({ code: 'SESSION_NOT_REPLICATED' })
      await client.close()
    }
  } finally {
    for (const { pid } of replicas) process.kill(pid, 'SIGCONT')
  }
  const client = await connectTo(place)
  const session = new RedisStore({ client, ...options, waitForReplicas: { count: 2, timeoutMs: 10_000 } }).session('a')
  await session.applyHistoryTransaction(args)
  expect(await session.getItems()).toEqual([item])
  await client.close()
})
