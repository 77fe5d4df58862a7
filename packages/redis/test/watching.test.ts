import { RedisStore } from '@sessions/redis'
import { startRedisCluster, startRedisSentinel } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { connectTo, type Place } from './support/clients.ts'
import { clear } from './support/primaries.ts'
import { start } from './support/programs.ts'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const [cluster, sentinel] = await Promise.all([startRedisCluster(), startRedisSentinel()])
afterAll(() => Promise.all([cluster.stop(), sentinel.stop()]))

interface Item {
  content: string
}

/** Milliseconds from writes to when they are seen, in all. */
async function latency(watching: RedisStore, writing: RedisStore, id: string, writes: number): Promise<number> {
  const events = watching.session<Item>(id).watch({ after: null })[Symbol.asyncIterator]()
  await writing.session<Item>(id).addItems([{ content: 'first' }])
  await events.next()
  let sum = 0
  for (let index = 0; index < writes; index++) {
    const next = events.next()
    // The look that finds nothing comes first.
    await new Promise((resolve) => setTimeout(resolve, 30))
    const begun = performance.now()
    await writing.session<Item>(id).addItems([{ content: `${index}` }])
    const { value } = await next
    sum += performance.now() - begun
    expect(value).toMatchObject({ type: 'added', entries: [{ item: { content: `${index}` } }] })
  }
  return sum
}

const place = (name: string): Place => {
  if (name === 'a cluster') return { kind: 'cluster', rootNodes: [...cluster.rootNodes] }
  if (name === 'sentinel') return { kind: 'sentinel', name: sentinel.name, sentinels: [...sentinel.sentinels] }
  return { kind: name === 'a pool' ? 'pool' : 'single', url: redis.url }
}

describe.each(['a client', 'a pool', 'a cluster', 'sentinel'])('with notify over %s', (name) => {
  it('sees what others write long before the next look', async () => {
    const client = await connectTo(place(name))
    const options = { client, keyPrefix: 'watched', notify: true }
    const [watching, writing] = [new RedisStore(options), new RedisStore({ ...options, times: true })]
    // A look a second would take three seconds, on average.
    expect(await latency(watching, writing, 'a', 6)).toBeLessThan(1_500)
    await Promise.all([watching.close(), writing.close()])
    await clear(place(name), 'watched')
    await client.close()
  })
})

it('listens over one connection for a store, and closes it with the store', async () => {
  const store = redis.open({ notify: true })
  const subscribers = async (): Promise<number> =>
    (await redis.plain.sendCommand(['CLIENT', 'LIST', 'TYPE', 'pubsub'])).toString().split('id=').length - 1
  const watches = ['a', 'b', 'a'].map((id) => store.session<Item>(id).watch()[Symbol.asyncIterator]())
  const pending = watches.map((events) => events.next())
  await expect.poll(subscribers).toBe(1)
  await store.close()
  expect((await Promise.all(pending)).every(({ done }) => done)).toBe(true)
  await expect.poll(subscribers).toBe(0)
})

it('gives every entry once and in order to watchers in other processes, also when their connections break', async () => {
  const options = { place: place('a client'), notify: true }
  const watchers = [1, 2, 3].map(() =>
    start<{ added?: [string, string][]; rewritten?: string }>('watch', JSON.stringify(options), 'a'),
  )
  const given = (index: number): string[] =>
    watchers[index]?.messages.flatMap(({ added = [] }) => added.map(([, content]) => content)) ?? []
  const writers = Array.from({ length: 4 }, () => redis.open({ notify: true, client: redis.plain }).session<Item>('a'))
  const write = (from: number, to: number) =>
    Promise.all(
      writers.map(async (session, writer) => {
        for (let index = from; index < to; index++) await session.addItems([{ content: `${writer} ${index}` }])
      }),
    )
  await write(0, 20)
  await expect.poll(() => given(2).length).toBeGreaterThan(0)
  await redis.plain.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
  await write(20, 60)
  const expected = (await redis.open().session<Item>('a').getItems()).map(({ content }) => content)
  expect(expected).toHaveLength(240)
  for (let index = 0; index < 3; index++) {
    await expect.poll(() => given(index).length).toBeGreaterThanOrEqual(240)
    expect(given(index)).toEqual(expected)
    expect(watchers[index]?.messages.some(({ rewritten }) => rewritten !== undefined)).toBe(false)
  }
})

it('says that a server cannot be listened to', async () => {
  await redis.plain.sendCommand(['ACL', 'SETUSER', 'deaf', 'on', '>secret', '~*', '+@all', 'resetchannels'])
  const store = new RedisStore({ url: redis.url.replace('//', '//deaf:secret@'), notify: true })
  await expect(store.session('a').watch()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'SESSION_BACKEND',
  })
  await store.close()
  class Deaf {
    readonly isOpen = true
    readonly isReady = true
    async sendCommand(): Promise<unknown> {
      return 'OK'
    }
  }
  expect(() => new RedisStore({ client: new Deaf(), notify: true })).toThrow(/notify needs a client that can subscribe/)
})

it('gives every entry once and in order to one who listens while Sentinel fails over', async () => {
  await using own = await startRedisSentinel({ own: true })
  const where: Place = { kind: 'sentinel', name: own.name, sentinels: [...own.sentinels] }
  const [writer, listener] = [await connectTo(where), await connectTo(where)]
  const options = { notify: true, waitForReplicas: { count: 1, timeoutMs: 1_000 }, retries: 10 }
  const [writing, watching] = [
    new RedisStore({ ...options, client: writer }),
    new RedisStore({ ...options, client: listener }),
  ]
  const seen: string[] = []
  const controller = new AbortController()
  const watch = async (): Promise<void> => {
    const { signal } = controller
    for await (const event of watching.session<Item>('w').watch({ after: null, signal })) {
      if (event.type === 'rewritten') throw new Error('rewritten')
      seen.push(...event.entries.map(({ item }) => item.content))
    }
  }
  const watched = watch().catch((error: unknown) => error)
  const written: string[] = []
  const write = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const content = `${written.length}`
      await writing.session<Item>('w').addItems([{ content }])
      written.push(content)
    }
  }
  await write(10)
  await expect.poll(() => seen).toEqual(written)
  await (await own.primary()).kill()
  await write(10)
  await expect.poll(() => seen).toEqual(written)
  controller.abort(new Error('enough'))
  expect(await watched).toMatchObject({ message: 'enough' })
  await Promise.all([writing.close(), watching.close()])
  await Promise.all([writer.close(), listener.close()])
})
