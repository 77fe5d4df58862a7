import { inspect } from 'node:util'
import { RedisStore } from '@sessions/redis'
import { createClient } from 'redis'
import { describe, expect, it } from 'vitest'
import { collect } from './support/collect.ts'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const item = (content: string) => ({ role: 'user', content }) as const
const hash = 'agents:session:a'
const outcome = (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    (value) => ({ value }),
    (error: unknown) => error,
  )

/** All that a store can be asked. */
const calls: Record<string, (store: RedisStore) => Promise<unknown>> = {
  append: (store) => store.session('a').addItems([item('new')]),
  'appends at once': (store) => Promise.all(['a', 'b'].map((id) => store.session(id).addItems([item('new')]))),
  'a large append': (store) => store.session('a').addItems([item('x'.repeat(20_000))]),
  pop: (store) => store.session('a').popItem(),
  metadata: (store) => store.session('a').setMetadata({ b: 1 }),
  transaction: (store) =>
    store
      .session('a')
      .applyHistoryTransaction({ operationId: 'o', transaction: { type: 'append_items', items: [item('new')] } }),
  compaction: (store) => store.session('a').replaceHistoryWithCompaction([item('new')]),
  clear: (store) => store.session('a').clearSession(),
  delete: (store) => store.deleteSession('a'),
  items: (store) => collect(store.session('a').items()),
  read: (store) => store.session('a').getItems(),
  info: (store) => store.getSessionInfo('a'),
  list: (store) => collect(store.listSessions()),
  deleteSessions: (store) => store.deleteSessions({ prefix: 'a' }),
  purge: (store) => store.purgeExpired(),
}
const reads = ['read', 'info', 'list', 'items']

describe.each(Object.entries(calls))('%s on a connection that is in a MULTI', (name, call) => {
  it.each([{}, { retries: 2 }, { refreshTtlOnRead: true, ttl: 60 }, { waitForReplicas: { count: 1, timeoutMs: 50 } }])(
    'fails, and counts nothing that is only queued as done: %o',
    async (options) => {
      await redis
        .open()
        .session('a')
        .addItems([item('old')])
      const client = createClient({ url: redis.url })
      await client.connect()
      await client.sendCommand(['MULTI'])
      const error = await outcome(() => call(new RedisStore({ client, ...options })))
      expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: false })
      expect(inspect(error, { depth: 9 })).not.toContain('"new"')
      if (reads.includes(name)) expect(error).toMatchObject({ ambiguous: false })
      await client.sendCommand(['DISCARD'])
      client.destroy()
      expect(await redis.open().session('a').getItems()).toEqual([item('old')])
    },
  )
})

/** What nobody of ours would write. */
const texts = ['', 'x', '1 2', '-1 -2 -3', '1e3 2 3', '1 2 3 4']
const corruptions: Record<string, string[]> = {
  'js:last': [
    ...texts,
    `${'9'.repeat(30)} 1 0`,
    `1 ${'9'.repeat(30)} 0`,
    `1 1 ${'9'.repeat(30)}`,
    `${'9'.repeat(13)} 1 0`,
    `1764115200000 1 ${'9'.repeat(15)}`,
  ],
  'js:state': [...texts, `${'9'.repeat(30)} 1`, `1 ${'9'.repeat(30)}`],
  created_at: [...texts, '9'.repeat(30), 'nan'],
  updated_at: [...texts, '9'.repeat(30), 'inf'],
  'js:operations': [...texts, '9 1', `0 ${'9'.repeat(30)}`, '0 5'],
  'js:attempts': [...texts, '9 1', '0 5'],
  'js:operations:0': texts,
}

describe.each(Object.entries(corruptions))('where %s holds something else', (field, values) => {
  it.each([{}, { retries: 1, ttl: 60, refreshTtlOnRead: true }])(
    'each call does what it says or changes nothing: %o',
    async (options) => {
      const store = redis.open(options)
      for (const value of values) {
        for (const [name, call] of Object.entries(calls)) {
          await redis.plain.flushAll()
          await store.session('a').addItems([item('old')])
          await redis.plain.hSet(hash, field, value)
          const before = await redis.plain.lRange(`${hash}:messages`, 0, -1)
          const result = await outcome(() => call(store))
          const after = await redis.plain.lRange(`${hash}:messages`, 0, -1)
          const what = `${name} with ${JSON.stringify(value)}`
          if (result instanceof Error) expect(after, what).toEqual(before)
          // Whatever it was, it is no obstacle to go on.
          if (name === 'append') expect(after, what).toHaveLength(2)
          const info = await store.getSessionInfo('a')
          if (info !== undefined) expect(Number.isNaN(info.updatedAt.getTime()), what).toBe(false)
        }
      }
    },
  )
})

describe('where the metadata hold something else', () => {
  it.each(['x', '\n', '"a"\n', '"a"\n1\nsecret', '"a"\nsecret\n', 'secret\n1\n', '1\n2\n', '"a"\n1\n"b"\n'])(
    'they are reported without what they hold, and kept: %j',
    async (text) => {
      const store = redis.open()
      await store.session('a').addItems([item('old')])
      await redis.plain.hSet(hash, 'js:metadata', text)
      for (const call of [() => store.getSessionInfo('a'), () => collect(store.listSessions())]) {
        const error = await outcome(call)
        expect(error).toMatchObject({ code: 'SESSION_RECORD_CORRUPT', retryable: false })
        expect(inspect(error, { depth: 9 })).not.toContain('secret')
      }
      await store.session('a').addItems([item('new')])
      expect(await redis.plain.hGet(hash, 'js:metadata')).toBe(text)
      expect(await store.session('a').getItems()).toHaveLength(2)
    },
  )

  it('a patch that cannot be merged into them changes nothing', async () => {
    const store = redis.open()
    await store.session('a').addItems([item('old')])
    await redis.plain.hSet(hash, 'js:metadata', 'x')
    const change = { append: ['{}'], metadata: { b: 1 }, operation: { id: 'o', fingerprint: 'f' } }
    const before = await redis.plain.hGetAll(hash)
    await expect(store.records.commit('a', change)).rejects.toMatchObject({ code: 'SESSION_RECORD_CORRUPT' })
    expect(await redis.plain.hGetAll(hash)).toEqual(before)
    expect(await store.session('a').getItems()).toEqual([item('old')])
  })
})

describe('a key of another type', () => {
  const wrong: [string, (key: string) => Promise<unknown>][] = [
    ['a string', (key) => redis.plain.set(key, 'x')],
    ['a set', (key) => redis.plain.sAdd(key, 'x')],
    ['a sorted set', (key) => redis.plain.zAdd(key, { score: 1, value: 'x' })],
    ['a stream', (key) => redis.plain.xAdd(key, '*', { x: 'x' })],
    ['a list', (key) => redis.plain.rPush(key, 'x')],
    ['a hash', (key) => redis.plain.hSet(key, 'x', 'x')],
  ]
  it.each(
    wrong.flatMap(([type, make]) =>
      ['', ':messages', ':counter', ':attempts'].map((end) => [type, end, make] as const),
    ),
  )('%s as %s: each call does what it says or changes nothing', async (type, end, make) => {
    const isRight = (end === '' && type === 'a hash') || (end === ':messages' && type === 'a list')
    if (isRight) return
    for (const options of [{}, { retries: 1, ttl: 60, refreshTtlOnRead: true }]) {
      const store = redis.open(options)
      for (const [name, call] of Object.entries(calls)) {
        await redis.plain.flushAll()
        await store.session('a').addItems([item('old')])
        await redis.plain.del(`${hash}${end}`)
        await make(`${hash}${end}`)
        const dumps = (): Promise<unknown> =>
          Promise.all(['', ':messages', end].map((each) => redis.plain.sendCommand(['DUMP', `${hash}${each}`])))
        const before = await dumps()
        const result = await outcome(() => call(store))
        if (result instanceof Error) expect(await dumps(), name).toEqual(before)
        const isOurs = end === '' || end === ':messages'
        if (isOurs && name === 'append') expect(result).toMatchObject({ code: 'SESSION_BACKEND', ambiguous: false })
        if (!isOurs) expect(result, name).not.toBeInstanceOf(Error)
        if (end === ':counter' && type !== 'a string') expect(await redis.plain.exists(`${hash}${end}`), name).toBe(1)
      }
    }
  })
})
