import { RedisSession, RedisStore } from '@sessions/redis'
import { createClient, createCluster } from 'redis'
import { describe, expect, it } from 'vitest'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const item = { role: 'user', content: 'hello' } as const
const url = 'redis://user:pa55word@localhost:6379'

describe('options', () => {
  const cluster = createCluster({ rootNodes: [] })
  it.each([
    [{}, TypeError, 'url and client'],
    [{ url, client: createClient() }, TypeError, 'url and client'],
    [{ url: undefined }, TypeError, 'url is undefined: is the environment variable set'],
    [{ url, ttl: 0 }, RangeError, 'ttl'],
    [{ url, ttl: -1 }, RangeError, 'ttl'],
    [{ url, ttl: Number.NaN }, RangeError, 'ttl'],
    [{ url, ttl: 1e15 }, RangeError, 'ttl'],
    [{ url, ttl: '60' }, TypeError, 'ttl'],
    [{ url, prefix: 'x' }, TypeError, 'prefix'],
    [{ url, keyPrefix: '' }, TypeError, 'keyPrefix'],
    [{ url, keyPrefix: '\ud800' }, TypeError, 'keyPrefix'],
    [{ client: cluster, keyPrefix: 'a{}b' }, TypeError, 'keyPrefix'],
    [{ url, retries: -1 }, RangeError, 'retries'],
    [{ url, retries: 1.5 }, RangeError, 'retries'],
    [{ url, busyTimeoutMs: 0 }, RangeError, 'busyTimeoutMs'],
    [{ url, busyTimeoutMs: 2 ** 31 }, RangeError, 'busyTimeoutMs'],
    [{ url, timeoutMs: -1 }, RangeError, 'timeoutMs'],
    [{ url, timeoutMs: 2 ** 31 }, RangeError, 'timeoutMs'],
    [{ url, operationTtl: 0 }, RangeError, 'operationTtl'],
    [{ url, operationTtl: Number.POSITIVE_INFINITY }, RangeError, 'operationTtl'],
    [{ url, keyPrefix: 'agents' }, TypeError, 'keyPrefix'],
    [{ url: `${url}?tls=pa55word` }, TypeError, 'parameters that are not understood, and takes none: tls'],
    [{ url: `${url}/0?db=1&family=6` }, TypeError, 'db, family'],
    [{ url: 'redis://user:1#pa55word@localhost' }, TypeError, 'url must be'],
    [{ url: 'redis://user:1?pa55word@localhost' }, TypeError, 'url must be'],
    [{ url: 'redis://user:1/pa55word@localhost' }, TypeError, 'url must be'],
    [{ url: 'redis://:pa55word%zz@localhost' }, TypeError, 'url must be'],
    [{ url: 'redis://:pa55word%ff@localhost' }, TypeError, 'url must be'],
    [{ url: `${url}#` }, TypeError, 'url must be'],
    [{ url: 'unix:///pa55word' }, TypeError, 'url must be'],
    [{ url, waitForReplicas: { count: 0, timeoutMs: 1 } }, RangeError, 'waitForReplicas.count'],
    [{ url, waitForReplicas: { count: 1, timeoutMs: 0 } }, RangeError, 'waitForReplicas.timeoutMs'],
    [{ url, waitForReplicas: { count: 1 } }, TypeError, 'timeoutMs'],
    [{ client: {} }, TypeError, 'client'],
    [{ url: 'http://pa55word@localhost' }, TypeError, 'url'],
    [{ url: 'redis://localhost/pa55word' }, TypeError, 'url'],
    [{ url: 'pa55word' }, TypeError, 'url'],
  ])('are refused with their name, and without a password: %#', (options, kind, name) => {
    const create = (): unknown => new RedisSession({ sessionId: 'a', ...options } as never)
    expect(create).toThrow(kind)
    expect(create).toThrow(name)
    expect(create).not.toThrow('pa55word')
  })

  it('cause no I/O until first use', () => {
    expect(() => new RedisStore({ url: 'redis://localhost:1' })).not.toThrow()
  })
})

describe('a connection', () => {
  const connections = async (): Promise<number> =>
    String(await redis.plain.sendCommand(['CLIENT', 'LIST', 'TYPE', 'normal']))
      .trim()
      .split('\n').length

  it('is one for all sessions of a url, closed with the last', async () => {
    const before = await connections()
    const sessions = Array.from(
      { length: 100 },
      (_, index) => new RedisSession({ sessionId: `s${index}`, url: redis.url }),
    )
    await Promise.all(sessions.map((session) => session.addItems([item])))
    expect(await connections()).toBe(before + 1)
    const [last, ...others] = sessions
    await Promise.all(others.map((session) => session.close()))
    expect(await last?.getItems()).toEqual([item])
    await last?.close()
    await expect.poll(connections).toBe(before)
  })

  it("of the caller's is not closed", async () => {
    const client = createClient({ url: redis.url })
    await client.connect()
    await using session = new RedisSession({ sessionId: 'a', client })
    await session.addItems([item])
    await session.close()
    expect(client.isReady).toBe(true)
    client.destroy()
  })
})

describe('a list', () => {
  it('has sessions only: no other types, no other hashes, no other prefixes', async () => {
    const store = redis.open()
    for (const id of ['a', 'x:messages', '{b}']) await store.session(id).addItems([item])
    await redis.plain.set('agents:session:string', 'x')
    await redis.plain.hSet('agents:session:foreign', { name: 'x' })
    await redis.plain.hSet('agents:session:odd%zz%', { session_id: 'odd' })
    await redis.plain.hSet('agents:session:liar', { session_id: 'somebody else' })
    await redis.open({ keyPrefix: 'agents:sessions' }).session('c').addItems([item])
    const listed = []
    for await (const { sessionId } of store.listSessions()) listed.push(sessionId)
    expect(listed.toSorted()).toEqual(['a', 'x:messages', '{b}'])
    expect(await store.deleteSessions({ updatedBefore: new Date(8e15) })).toBe(3)
    expect((await redis.plain.keys('agents:session:*')).length).toBe(4)
  })

  it('takes a prefix of globs literally', async () => {
    const store = redis.open({ keyPrefix: 'a*[b]?\\' })
    await store.session('x').addItems([item])
    await redis.open({ keyPrefix: 'aab1' }).session('y').addItems([item])
    const listed = []
    for await (const { sessionId } of store.listSessions()) listed.push(sessionId)
    expect(listed).toEqual(['x'])
  })
})

it('appends and drops 50,000 items at once, in order', async () => {
  const session = redis.open().session<{ n: number }>('long')
  const items = Array.from({ length: 50_000 }, (_, n) => ({ n }))
  await session.addItems(items)
  expect(await session.getItems()).toEqual(items)
  const store = redis.open()
  const change = { drop: 'all', append: ['{}'], returnDropped: true } as const
  const dropped = await store.records.commit('long', change)
  expect(dropped.status === 'applied' && dropped.dropped.length).toBe(50_000)
  expect(await store.records.read('long')).toEqual(['{}'])
})

it('asks once for an append, a read and a pop', async () => {
  const client = createClient({ url: redis.url })
  await client.connect()
  const session = redis.open({ client }).session('a')
  await session.addItems([item])
  await session.addItems([item])
  await session.popItem()
  const calls = async (work: () => Promise<unknown>): Promise<number> => {
    await redis.plain.configResetStat()
    await work()
    const stats = await redis.plain.info('stats')
    return Number(/total_commands_processed:(\d+)/.exec(stats)?.[1])
  }
  const info = /cmdstat_evalsha:calls=(\d+)/
  for (const work of [() => session.addItems([item, item]), () => session.popItem(), () => session.getItems(5)]) {
    expect(await calls(work)).toBeGreaterThan(0)
    const stats = await redis.plain.info('commandstats')
    const lists = /cmdstat_lrange:calls=(\d+)/.exec(stats)?.[1]
    expect(Number(info.exec(stats)?.[1] ?? (lists === '1' ? 1 : 0))).toBe(1)
  }
  client.destroy()
})
