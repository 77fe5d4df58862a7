import { fork } from 'node:child_process'
import { once } from 'node:events'
import { RedisStore, type RedisStoreOptions } from '@sessions/redis'
import { startRedis, startRedisCluster } from '@sessions/test-servers'
import { createClient } from 'redis'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { connectTo, type Place } from './support/clients.ts'
import { collect } from './support/collect.ts'
import { keysUnder, onPrimaries, primariesOf } from './support/primaries.ts'

const [server, cluster] = await Promise.all([startRedis({ own: true }), startRedisCluster({ own: true })])
afterAll(() => Promise.all([server.stop(), cluster.stop()]))
const item = { role: 'user', content: 'hello' } as const
const places: Place[] = [
  { kind: 'single', url: server.url },
  { kind: 'cluster', rootNodes: [...cluster.rootNodes] },
  { kind: 'ioredis', url: server.url, keyPrefix: 'app:' },
  { kind: 'ioredis cluster', rootNodes: [...cluster.rootNodes], keyPrefix: 'app:' },
]
let prefixes = 0

/** Opens stores on one place, under a prefix of the test's own. */
async function on(place: Place): Promise<(options?: Partial<RedisStoreOptions>) => RedisStore> {
  const client = await connectTo(place)
  const keyPrefix = `test ${prefixes++}`
  const stores: RedisStore[] = []
  onTestFinished(async () => {
    await Promise.all(stores.map((store) => store.close()))
    await client.close()
  })
  return (options = {}) => {
    const store = new RedisStore({ client, keyPrefix, index: true, ...options })
    stores.push(store)
    return store
  }
}

async function ids(store: RedisStore, filter = {}): Promise<string[]> {
  return (await collect(store.listSessions(filter))).map(({ sessionId }) => sessionId)
}

/** One after the other, in the order of their ids: so the later one is listed first, also where both have the same time. */
async function write(store: RedisStore, sessionIds: readonly string[]): Promise<void> {
  for (const sessionId of sessionIds) await store.session(sessionId).addItems([item])
}

/** Says how often all servers of the place have run a command. */
async function counter(place: Place): Promise<(command: string) => Promise<number>> {
  const clients = await Promise.all((await primariesOf(place)).map((url) => createClient({ url }).connect()))
  onTestFinished(() => {
    for (const client of clients) client.destroy()
  })
  return async (command) => {
    const stats = await Promise.all(clients.map((client) => client.info('commandstats')))
    const counts = stats.map((text) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(text)?.[1] ?? 0))
    return counts.reduce((sum, count) => sum + count, 0)
  }
}

describe.each(places)('an index ($kind)', (place) => {
  it('lists and deletes without a scan, by as many reads however many sessions there are', async () => {
    const store = (await on(place))()
    const calls = await counter(place)
    await write(store, ['u1:a', 'u1:b', 'u2:a', 'u2:b'])
    expect(await ids(store)).toEqual(['u2:b', 'u2:a', 'u1:b', 'u1:a'])
    const reads = async (): Promise<number> => {
      const before = await calls('hmget')
      expect(await ids(store, { limit: 3 })).toEqual(['u2:b', 'u2:a', 'u1:b'])
      expect(await ids(store, { prefix: 'u1:' })).toEqual(['u1:b', 'u1:a'])
      return (await calls('hmget')) - before
    }
    const scans = await calls('scan')
    const ofFew = await reads()
    const old = { createdAt: new Date(1_000), updatedAt: new Date(2_000), times: [undefined], operations: [] }
    const others = Array.from({ length: 300 }, (_, index) => ({ sessionId: `other:${index}`, records: ['{}'], ...old }))
    await store.moves.restore(others)
    await write(store, ['u1:a', 'u1:b', 'u2:a', 'u2:b'])
    expect(await reads()).toBe(ofFew)
    expect(await store.deleteSessions({ updatedBefore: new Date(3_000) })).toBe(300)
    expect(await ids(store)).toEqual(['u2:b', 'u2:a', 'u1:b', 'u1:a'])
    expect(await calls('scan')).toBe(scans)
  })

  it('is kept by the script that writes on one server, and by one before and one after it on a cluster', async () => {
    const store = (await on(place))()
    const calls = await counter(place)
    await write(store, ['a'])
    const before = await calls('evalsha')
    await write(
      store,
      Array.from({ length: 10 }, () => 'a'),
    )
    const most = place.kind.endsWith('cluster') ? 31 : 10
    expect((await calls('evalsha')) - before).toBeLessThanOrEqual(most)
  })

  it('has what was there before it, and is put right after those who did not keep it', async () => {
    const open = await on(place)
    const without = open({ index: false })
    const store = open()
    await write(without, ['x', 'y', 'z'])
    const writing = Array.from({ length: 50 }, (_, index) => store.session(`new:${index}`).addItems([item]))
    const listings = await Promise.all([ids(store), ids(open())])
    for (const listed of listings) expect(listed).toEqual(expect.arrayContaining(['x', 'y', 'z']))
    await Promise.all(writing)
    expect(await ids(store)).toHaveLength(53)
    await write(without, ['y', 'zz'])
    await without.deleteSession('x')
    await store.purgeExpired()
    expect((await ids(store)).slice(0, 2)).toEqual(['zz', 'y'])
    expect(await ids(store, { prefix: 'x' })).toEqual([])
    expect(await ids(store)).toHaveLength(53)
  })

  it('gives a session that is written while the listing is on its way', async () => {
    const store = (await on(place))()
    await write(store, ['last'])
    await Promise.all(Array.from({ length: 1_500 }, (_, index) => store.session(`s:${index}`).addItems([item])))
    const seen: string[] = []
    for await (const { sessionId } of store.listSessions({})) {
      if (seen.push(sessionId) === 100) await store.session('last').addItems([item])
    }
    expect(seen).toHaveLength(1_501)
    expect(new Set(seen).size).toBe(1_501)
    expect(seen).toContain('last')
  })

  it('follows a session that is put back in time, that was cleared, and that has expired', async () => {
    const open = await on(place)
    const store = open()
    await write(store, ['a', 'b', 'c', 'd', 'e'])
    const [e, , , b] = await collect(store.listSessions({}))
    if (e === undefined || b === undefined) throw new Error('It lists all.')
    const times = { createdAt: new Date(1_000), updatedAt: new Date(2_000), times: [undefined], operations: [] }
    const over = { updatedAt: e.updatedAt, keeps: false }
    const restored = await store.moves.restore([{ sessionId: 'e', records: ['{}'], ...times, over }])
    expect(restored).toEqual(['restored'])
    await store.session('d').clearSession()
    await open({ ttl: 0.001 }).session('c').addItems([item])
    await expect.poll(() => store.getSessionInfo('c')).toBeUndefined()
    expect(await ids(store)).toEqual(['b', 'a', 'e'])
    expect(await ids(store, { after: b })).toEqual(['a', 'e'])
    expect(await ids(store, { updatedBefore: new Date(3_000) })).toEqual(['e'])
  })
})

describe.each(['write', 'settle'] as const)('a process that ends before its %s, on a cluster', (step) => {
  it('leaves an index that misses nothing and has the order', async () => {
    const place: Place = { kind: 'cluster', rootNodes: [...cluster.rootNodes] }
    const client = await connectTo(place)
    onTestFinished(async () => {
      await client.close()
    })
    const keyPrefix = `crash ${step}`
    const store = new RedisStore({ client, keyPrefix, index: true })
    onTestFinished(() => store.close())
    await write(store, ['old', 'other'])
    expect(await ids(store)).toEqual(['other', 'old'])
    for (const sessionId of ['old', 'new']) {
      const args = [JSON.stringify(place), keyPrefix, sessionId, step]
      const child = fork(new URL('./programs/end-before.ts', import.meta.url), args)
      const [, signal] = await once(child, 'exit')
      expect(signal).toBe('SIGKILL')
    }
    const isWritten = step === 'settle'
    expect((await store.getSessionInfo('old'))?.itemCount).toBe(isWritten ? 2 : 1)
    expect(await ids(store)).toEqual(isWritten ? ['new', 'old', 'other'] : ['other', 'old'])
    expect(await ids(store, { limit: 1 })).toEqual(isWritten ? ['new'] : ['other'])
    expect(await ids(store, { prefix: 'n' })).toEqual(isWritten ? ['new'] : [])
    // What such a process announced is kept until it cannot come any more.
    const marks = async (): Promise<string[]> => {
      return (await keysUnder(place, 'js:index:')).filter((key) => key.endsWith(`:${keyPrefix}:marks`))
    }
    expect(await marks()).not.toEqual([])
    await onPrimaries(place, async (client) => {
      for (const key of await client.keys(`js:index:*:${keyPrefix}:marks`)) {
        const begun = await client.zRange(key, 0, -1)
        await client.zAdd(
          key,
          begun.map((value) => ({ value, score: 0 })),
        )
      }
    })
    await ids(store)
    expect(await marks()).toEqual([])
    expect(await ids(store)).toEqual(isWritten ? ['new', 'old', 'other'] : ['other', 'old'])
  })
})
