import { RedisStore } from '@sessions/redis'
import { type RedisServer, startRedis } from '@sessions/test-servers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from './support/primaries.ts'
import { Route } from './support/route.ts'

const item = (content: string) => ({ role: 'user', content }) as const
let servers: [RedisServer, RedisServer]
let route: Route

beforeAll(async () => {
  servers = await Promise.all([startRedis({ own: true }), startRedis({ own: true })])
})
afterAll(async () => void (await Promise.all(servers.map((server) => server.stop()))))
beforeEach(async () => {
  route = await Route.open(servers[0].url)
})
afterEach(async () => {
  await route.close()
  for (const { url } of servers) {
    await withClient(url, async (client) => {
      await client.sendCommand(['REPLICAOF', 'NO', 'ONE'])
      await client.configSet({ 'min-replicas-to-write': '0', 'replica-serve-stale-data': 'yes' })
      await client.flushAll()
    })
  }
})

/** The first server becomes what takes no writes, and new connections lead to the second; those that are open stay. */
const demotions: Record<string, string[][]> = {
  READONLY: [['REPLICAOF', '127.0.0.1', '1']],
  MASTERDOWN: [
    ['REPLICAOF', '127.0.0.1', '1'],
    ['CONFIG', 'SET', 'replica-serve-stale-data', 'no'],
  ],
  NOREPLICAS: [['CONFIG', 'SET', 'min-replicas-to-write', '1']],
}

describe.each(Object.entries(demotions))('a server that answers %s after a failover in place', (_, commands) => {
  const failOver = async (): Promise<void> => {
    await withClient(servers[0].url, async (client) => {
      for (const command of commands) await client.sendCommand(command)
    })
    route.leadTo(servers[1].url)
  }

  it('is left, so that with retries the call that met it succeeds', async () => {
    await using store = new RedisStore({ url: route.url, retries: 5 })
    await store.session('a').addItems([item('old')])
    await failOver()
    await store.session('a').addItems([item('new')])
    expect(await store.session('a').getItems()).toEqual([item('new')])
  })

  it('fails the calls under way as retryable and not ambiguous, and is left by all that follow', async () => {
    await using store = new RedisStore({ url: route.url })
    await store.session('a').addItems([item('old')])
    await failOver()
    const writes = Array.from({ length: 10 }, (_, index) => store.session(`s${index}`).addItems([item('new')]))
    for (const outcome of await Promise.allSettled(writes)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { retryable: true, ambiguous: false } })
    }
    // One that is just made is not replaced at once.
    await expect.poll(() => store.deleteSession('a').catch(() => 'failed')).toBe(false)
    await store.session('a').addItems([item('new')])
    expect(await withClient(servers[1].url, (client) => client.lLen('agents:session:a:messages'))).toBe(1)
  })
})

it('is waited for with retries also by the call that connects first', async () => {
  const { url } = servers[0]
  route.leadTo('redis://127.0.0.1:1')
  await using store = new RedisStore({ url: route.url, retries: 8 })
  const call = store.session('a').addItems([item('1')])
  await expect.poll(() => route.accepted).toBeGreaterThan(1)
  route.leadTo(url)
  await call
  expect(await store.session('a').getItems()).toEqual([item('1')])
})

it('is not stormed with connections as long as it stays a replica', async () => {
  await using store = new RedisStore({ url: route.url })
  await store.session('a').addItems([item('old')])
  await withClient(servers[0].url, (client) => client.sendCommand(['REPLICAOF', '127.0.0.1', '1']))
  const before = route.accepted
  const start = performance.now()
  for (let write = 0; write < 200; write++) {
    await expect(store.session('a').addItems([item('new')])).rejects.toMatchObject({ code: 'SESSION_BACKEND' })
  }
  expect(route.accepted - before).toBeLessThanOrEqual(2 + (performance.now() - start) / 100)
})

it('answers no repetition and no deletion from what it knew before it was demoted', async () => {
  await using store = new RedisStore({ url: servers[0].url })
  const transaction = { type: 'append_items', items: [item('1')] } as const
  await store.session('a').applyHistoryTransaction({ operationId: 'op', transaction })
  await withClient(servers[0].url, (client) => client.sendCommand(['REPLICAOF', '127.0.0.1', '1']))
  for (const call of [
    () => store.session('a').applyHistoryTransaction({ operationId: 'op', transaction }),
    () => store.deleteSession('nobody'),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'SESSION_BACKEND', retryable: true })
  }
})

describe('a connection that falls silent', () => {
  it('is given up after timeoutMs, ambiguous for a write that was sent, and the next call goes over a new one', async () => {
    await using store = new RedisStore({ url: route.url, timeoutMs: 300 })
    await store.session('a').addItems([item('1')])
    route.silence()
    const [write, read] = await Promise.allSettled([
      store.session('a').addItems([item('2')]),
      store.session('a').getItems(),
    ])
    expect(write).toMatchObject({ reason: { code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: true } })
    expect(read).toMatchObject({ reason: { code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: false } })
    await store.session('a').addItems([item('3')])
    expect((await store.session('a').getItems()).at(-1)).toEqual(item('3'))
  })

  it('costs a call with retries only its time', async () => {
    await using store = new RedisStore({ url: route.url, timeoutMs: 300, retries: 3 })
    await store.session('a').addItems([item('1')])
    route.silence()
    await store.session('a').addItems([item('2')])
    expect(await store.session('a').getItems()).toEqual([item('1'), item('2')])
  })

  it('is not one over which an answer keeps arriving, however long that takes', async () => {
    await using store = new RedisStore({ url: route.url, timeoutMs: 400 })
    const large = Array.from({ length: 30 }, (_, index) => item(`${index} ${'x'.repeat(100_000)}`))
    for (const each of large) await store.session('a').addItems([each])
    route.slowDown(128 * 1024, 50)
    const start = performance.now()
    expect(await store.session('a').getItems()).toEqual(large)
    expect(performance.now() - start).toBeGreaterThan(800)
  })

  it('is waited for for ever with timeoutMs: 0', async () => {
    await using store = new RedisStore({ url: route.url, timeoutMs: 0, busyTimeoutMs: 50 })
    await store.session('a').addItems([item('1')])
    await withClient(servers[0].url, (client) => client.sendCommand(['CLIENT', 'PAUSE', '600', 'ALL']))
    const start = performance.now()
    expect(await store.session('a').getItems()).toEqual([item('1')])
    expect(performance.now() - start).toBeGreaterThan(300)
  })
})
