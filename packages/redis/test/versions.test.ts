import { type RedisClient, RedisStore } from '@sessions/redis'
import { startRedis, startRedisCluster, startRedisSentinel } from '@sessions/test-servers'
import * as six from 'redis'
import * as four from 'redis-4'
import * as five from 'redis-5'
import { afterAll, describe, expect, it } from 'vitest'
import { collect } from './support/collect.ts'
import { clear } from './support/primaries.ts'

const [server, cluster, sentinel] = await Promise.all([startRedis(), startRedisCluster(), startRedisSentinel()])
afterAll(async () => void (await Promise.all([server.stop(), cluster.stop(), sentinel.stop()])))
const { url } = server
const { rootNodes } = cluster
const { name, sentinels } = sentinel
const item = (content: string) => ({ role: 'user', content }) as const

/** What each version has, as its users make it, and pass it without a cast. */
const makes: Record<string, () => RedisClient> = {
  'createClient of 4': () => four.createClient({ url }),
  'createCluster of 4': () => four.createCluster({ rootNodes: [...rootNodes] }),
  'createClient of 5': () => five.createClient({ url }),
  'createClient of 5, RESP3': () => five.createClient({ url, RESP: 3 }),
  'createClientPool of 5': () => five.createClientPool({ url }),
  'createCluster of 5': () => five.createCluster({ rootNodes: [...rootNodes] }),
  'createSentinel of 5': () => five.createSentinel({ name, sentinelRootNodes: [...sentinels] }),
  'createClient of 6': () => six.createClient({ url }),
  'createClientPool of 6': () => six.createClientPool({ url }),
  'createCluster of 6': () => six.createCluster({ rootNodes: [...rootNodes] }),
  'createSentinel of 6': () => six.createSentinel({ name, sentinelRootNodes: [...sentinels] }),
}

interface Connecting {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  quit?(): Promise<unknown>
  close?(): Promise<unknown>
}

describe.each(Object.entries(makes))('%s', (what, make) => {
  it('can do all that a store does', async () => {
    const client = make() as RedisClient & Connecting
    client.on('error', () => {})
    await client.connect()
    const keyPrefix = `versions:${what}`
    for (const options of [{ notify: true }, { retries: 2 }, { ttl: 60, refreshTtlOnRead: true, times: true }]) {
      const store = new RedisStore({ client, keyPrefix, ...options })
      const ids = ['a', 'b', 'c', 'd', 'é {x}%']
      await Promise.all(ids.map((id) => store.session(id).addItems([item('1'), item('2')])))
      for (const id of ids) {
        const session = store.session(id)
        const transaction = { type: 'append_items', items: [item('3')] } as const
        for (let time = 0; time < 2; time++) await session.applyHistoryTransaction({ operationId: 'op', transaction })
        expect(await session.popItem()).toEqual(item('3'))
        await session.setMetadata({ id })
        expect(await session.getItems()).toEqual([item('1'), item('2')])
        expect(await session.getItems(1)).toEqual([item('2')])
        expect(await session.info()).toMatchObject({ itemCount: 2, metadata: { id } })
        expect(await collect(session.items({ pageSize: 1 }))).toHaveLength(2)
        const events = session.watch()[Symbol.asyncIterator]()
        const next = events.next()
        await session.exclusive(({ session: held }) => held.replaceHistoryWithCompaction([item('summary')]))
        expect((await session.page()).entries.map((entry) => entry.item)).toEqual([item('summary')])
        await session.close()
        await next
      }
      expect(await collect(store.listSessions())).toHaveLength(ids.length)
      expect(await store.deleteSessions({ metadata: { id: 'a' } })).toBe(1)
      for (const id of ids.slice(1)) expect(await store.deleteSession(id)).toBe(true)
      await store.purgeExpired()
    }
    await (client.close?.() ?? client.quit?.())
  })
})

it.each([
  ['createCluster of 4', makes['createCluster of 4']],
  ['createCluster of 5', makes['createCluster of 5']],
  ['createSentinel of 5', makes['createSentinel of 5']],
])('%s waits for replicas', async (what, make) => {
  const client = make?.() as RedisClient & Connecting
  client.on('error', () => {})
  await client.connect()
  const keyPrefix = `versions wait:${what}`
  const store = new RedisStore({ client, keyPrefix, waitForReplicas: { count: 1, timeoutMs: 5_000 } })
  await store.session('a').addItems([item('1')])
  expect(await store.session('a').getItems()).toEqual([item('1')])
  expect(await store.deleteSession('a')).toBe(true)
  await (client.close?.() ?? client.quit?.())
})

it.each(
  Object.entries({
    'a client of 4 in legacy mode': () => four.createClient({ url, legacyMode: true }),
    'the legacy side of a client of 5': () => five.createClient({ url }).legacy(),
    'the legacy side of a client of 6': () => six.createClient({ url }).legacy(),
    'a MULTI of a client': () => six.createClient({ url }).multi(),
    'an array': () => [],
    'a function': () => () => {},
    'what has the methods of ioredis': () => ({
      sendCommand: async () => 'OK',
      status: 'ready',
      call: async () => 'OK',
    }),
  }),
)('%s is refused by the constructor', (_, make) => {
  expect(() => new RedisStore({ client: make() as never })).toThrow(TypeError)
  expect(() => new RedisStore({ client: make() as never })).toThrow('client')
})

afterAll(() => clear({ kind: 'single', url }, 'versions'))
