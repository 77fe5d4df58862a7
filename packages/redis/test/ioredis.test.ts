import { inspect } from 'node:util'
import { SessionError } from '@sessions/core'
import { RedisStore } from '@sessions/redis'
import { startProxy, type TcpProxy } from '@sessions/test-servers'
import { Cluster, Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useRedis } from './support/servers.ts'

const server = useRedis()
const item = (content: string) => ({ role: 'user', content }) as const
const isScript = (bytes: Buffer): boolean => /EVAL(SHA)?/i.test(bytes.toString())
let proxy: TcpProxy
let client: Redis
let store: RedisStore

/** As most make it: what has no answer when the connection is lost is sent again. */
beforeEach(async () => {
  proxy = await startProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) })
  client = new Redis(proxy.url(server.url)).on('error', () => {})
  store = new RedisStore({ client })
})
afterEach(async () => {
  await store.close()
  client.disconnect()
  await proxy.stop()
})

describe('what ioredis sends again after a lost answer is done once:', () => {
  it('appends, metadata, and what is taken away', async () => {
    const session = store.session('a')
    await session.addItems([item('0')])
    const cuts = [proxy.cutAnswer(isScript)]
    await session.addItems([item('1'), item('2')])
    cuts.push(proxy.cutAnswer(isScript))
    expect(await session.popItem()).toEqual(item('2'))
    cuts.push(proxy.cutAnswer(isScript))
    await session.setMetadata({ a: 1 })
    cuts.push(proxy.cutAnswer(isScript))
    await session.replaceItems([item('0'), item('3')])
    await Promise.all(cuts)
    expect(await session.getItems()).toEqual([item('0'), item('3')])
    expect((await session.info())?.metadata).toEqual({ a: 1 })
  })

  it('a compaction that tells what it dropped says that its answer is lost', async () => {
    await store.session('a').addItems([item('1'), item('2')])
    await store.records.commit('b', { drop: 1, append: ['{}'] })
    const cut = proxy.cutAnswer(isScript)
    const compacted = store.records.commit('a', { drop: 1, append: ['{"role":"user"}'], returnDropped: true })
    await expect(compacted).rejects.toMatchObject({ code: 'SESSION_UNAVAILABLE', ambiguous: true })
    await cut
    expect(await store.session('a').getItems()).toEqual([item('1'), { role: 'user' }])
  })

  it('clearing and deleting, which spare what others wrote in between', async () => {
    const direct = server.open().session('a')
    for (const remove of [() => store.session('a').clearSession(), () => store.deleteSession('a')]) {
      await direct.addItems([item('old')])
      // So that the server knows the scripts.
      await store.session('b').clearSession()
      await store.session('b').addItems([item('1')])
      await store.deleteSession('b')
      await direct.addItems([item('old too')])
      const cut = proxy.cutAnswer(
        (bytes) => /EVALSHA/i.test(bytes.toString()) && /agents:session:a/.test(bytes.toString()),
      )
      await remove()
      await cut
      expect(await direct.getItems()).toEqual([])
    }
  })

  it('clearing and deleting beside others who write, of whom neither waits for the other', async () => {
    const [mine, theirs] = [store.session('a'), server.open().session('a')]
    for (let round = 0; round < 20; round++) {
      const old = item(`old ${round}`)
      await theirs.addItems([old])
      const remove = round % 2 === 0 ? mine.clearSession() : store.deleteSession('a')
      await Promise.all([remove, ...Array.from({ length: 8 }, (_, index) => theirs.addItems([item(`${index}`)]))])
      expect(await theirs.getItems()).not.toContainEqual(old)
    }
  })

  it('a fork, and taking a lease', async () => {
    await store.session('a').addItems([item('1')])
    const cut = proxy.cutAnswer((bytes) => isScript(bytes) && bytes.toString().includes('forkedFrom'))
    await store.forkSession('a', 'b')
    await cut
    expect(await store.session('b').getItems()).toEqual([item('1')])
    const lost = proxy.cutAnswer((bytes) => isScript(bytes) && bytes.toString().includes('js:lease:'))
    const held = await store.session('a').acquire()
    await lost
    await held.session.addItems([item('2')])
    await held.release()
    expect(await store.leaseOf('a')).toBeUndefined()
  })
})

it('gives no error its command, in which ioredis keeps what was to be stored', async () => {
  await server.plain.set('agents:session:a', 'of somebody else')
  await server.plain.rPush('agents:session:b:messages', 'x')
  await server.plain.set('agents:session:b', 'y')
  await store.session('c').addItems([item('1')])
  const calls = [
    () => store.session('a').addItems([item('a secret')]),
    () => store.session('b').setMetadata({ secret: 'a secret' }),
    () => store.session('a').getItems(),
    () =>
      new RedisStore({ client, waitForReplicas: { count: 1, timeoutMs: 10 } })
        .session('a')
        .addItems([item('a secret')]),
  ]
  for (const call of calls) {
    const error: unknown = await call().catch((reason: unknown) => reason)
    if (Array.isArray(error)) continue
    expect(error).toBeInstanceOf(SessionError)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/a secret/)
  }
})

describe('a server that is away', () => {
  it('leaves nothing in a queue that would be written after its call was rejected', async () => {
    const impatient = new RedisStore({ client, busyTimeoutMs: 200, timeoutMs: 200 })
    await impatient.session('a').addItems([item('1')])
    await server.server.kill()
    await expect.poll(() => client.status).not.toBe('ready')
    await expect(impatient.session('a').addItems([item('late')])).rejects.toMatchObject({
      code: 'SESSION_UNAVAILABLE',
      ambiguous: false,
    })
    await server.server.start()
    await expect.poll(() => client.status).toBe('ready')
    await impatient.session('b').addItems([item('2')])
    expect(await impatient.session('a').getItems()).toEqual([item('1')])
  })

  it('is told from a client that its owner has closed', async () => {
    await store.session('a').addItems([item('1')])
    client.disconnect()
    await expect.poll(() => client.status).toBe('end')
    const closed = { code: 'SESSION_UNAVAILABLE', ambiguous: false, message: expect.stringMatching(/closed/) }
    await expect(store.session('a').addItems([item('2')])).rejects.toMatchObject(closed)
    await expect(new RedisStore({ client }).session('a').getItems()).rejects.toMatchObject({
      code: 'SESSION_UNAVAILABLE',
    })
  })
})

it('acknowledges a write only when replicas have it, and says so where there are none', async () => {
  const waiting = new RedisStore({ client, waitForReplicas: { count: 1, timeoutMs: 10 } })
  await expect(waiting.session('a').addItems([item('1')])).rejects.toMatchObject({ code: 'SESSION_NOT_REPLICATED' })
  expect(await store.session('a').getItems()).toEqual([item('1')])
})

it('refuses what would not give what was just written', () => {
  const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true, scaleReads: 'slave' })
  expect(() => new RedisStore({ client: cluster })).toThrow(/scaleReads: 'master'/)
  expect(() => new RedisStore({ client: new Redis({ lazyConnect: true, readOnly: true }) })).toThrow(/readOnly/)
  cluster.disconnect()
})
