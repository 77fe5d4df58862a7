import { inspect } from 'node:util'
import { SessionError } from '@sessions/core'
import { RedisSession, RedisStore } from '@sessions/redis'
import { createClient } from 'redis'
import { describe, expect, it } from 'vitest'
import { toSessionError } from '../src/errors.ts'
import { connectTo } from './support/clients.ts'
import { useRedis } from './support/servers.ts'

const redis = useRedis({ 'enable-debug-command': 'yes' })
const item = { role: 'user', content: 'a secret' } as const

async function failure(work: () => Promise<unknown>): Promise<SessionError> {
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SessionError)
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/a secret|pa55word/)
  return error as SessionError
}

describe('a refusal of the server', () => {
  it.each([
    ['hash', 'agents:session:a'],
    ['list', 'agents:session:a:messages'],
  ])('by a wrong type of the %s says so and leaves all as it was, for one session of many', async (_, key) => {
    await redis.plain.set(key, 'of somebody else')
    const store = redis.open()
    const other = store.session('b')
    const writes = [
      () => store.session('a').addItems([item]),
      () => store.session('a').setMetadata({ a: 1 }),
      () => store.records.commit('a', { append: ['a secret'], drop: 'all' }),
    ]
    for (const write of writes) {
      const [error] = await Promise.all([failure(write), other.addItems([item])])
      expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: false, ambiguous: false })
      expect(error.message).toMatch(/holds something else.*Nothing was written/)
    }
    const error = await failure(() => store.deleteSession('a'))
    expect(error.message).toMatch(/holds something else/)
    expect(await redis.plain.keys('*:a*')).toEqual([key])
    expect(await redis.plain.get(key)).toBe('of somebody else')
    expect(await other.getItems()).toHaveLength(3)
  })

  it('names each call of a batch in an error of its own', async () => {
    for (const id of ['a', 'b']) await redis.plain.set(`agents:session:${id}`, 'x')
    const store = redis.open()
    const errors = await Promise.all(['a', 'b'].map((id) => failure(() => store.session(id).addItems([item]))))
    expect(errors.map(({ sessionId }) => sessionId)).toEqual(['a', 'b'])
  })

  it('for want of memory writes nothing at all, and reading and removing go on', async () => {
    const store = redis.open()
    const session = store.session('a')
    await session.addItems([item, item])
    const before = await session.info()
    await redis.plain.configSet({ 'maxmemory-policy': 'noeviction', maxmemory: '1' })
    const large = { role: 'user' as const, content: 'a secret '.repeat(10_000) }
    const transaction = { type: 'append_items', items: [large] } as const
    const writes = [
      () => session.addItems([large]),
      () => session.setMetadata({ a: 1 }),
      () => session.applyHistoryTransaction({ operationId: 'op', transaction }),
      () => redis.open({ retries: 0, ttl: 60 }).session('new').addItems([item]),
    ]
    for (const write of writes) {
      const error = await failure(write)
      expect(error).toMatchObject({ code: 'SESSION_BACKEND', ambiguous: false })
      expect(error.message).toMatch(/maxmemory.*Nothing was written/)
    }
    expect(await session.info()).toEqual(before)
    expect(await redis.plain.keys('*new*')).toEqual([])
    expect(await session.popItem()).toEqual(item)
    expect(await session.getItems()).toEqual([item])
    await session.clearSession()
    expect(await session.getItems()).toEqual([])
    await redis.plain.configSet({ maxmemory: '0' })
    await session.addItems([item])
  })

  it('by a script that runs too long is SESSION_BUSY, and over when the script is', async () => {
    await redis.plain.configSet('busy-reply-threshold', '50')
    const blocker = await connectTo({ kind: 'single', url: redis.url })
    const running = (blocker as typeof redis.plain).eval('while true do end').catch((error: Error) => error.message)
    const session = redis.open().session('a')
    await expect.poll(() => failure(() => session.addItems([item])).then(({ code }) => code)).toBe('SESSION_BUSY')
    await redis.plain.sendCommand(['SCRIPT', 'KILL'])
    await running
    await session.addItems([item])
    blocker.destroy()
  })

  it('of the password, or for want of one, says so without it', async () => {
    await redis.plain.configSet('requirepass', 'pa55word')
    const wrong = redis.url.replace('//', '//:wr0ng-pa55word@')
    await using refused = new RedisSession({ sessionId: 'a', url: wrong })
    const error = await failure(() => refused.addItems([item]))
    expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: false, ambiguous: false, operation: 'addItems' })
    expect(error.message).toMatch(/refused the user name or password/)
    await using anonymous = new RedisSession({ sessionId: 'a', url: redis.url })
    expect((await failure(() => anonymous.getItems())).message).toMatch(/asks for a password/)
    await using right = new RedisSession({ sessionId: 'a', url: redis.url.replace('//', '//:pa55word@') })
    await right.addItems([item])
    expect(inspect(right, { depth: 9 })).not.toContain('pa55word')
    await redis.plain.configSet('requirepass', '')
  })

  it('of further connections is SESSION_BUSY, and over with retries once there is room', async () => {
    await redis.plain.configSet('maxclients', '1')
    const error = await failure(() => redis.open().session('a').addItems([item]))
    expect(error).toMatchObject({ code: 'SESSION_BUSY', retryable: true, ambiguous: false })
    const patient = redis.open({ retries: 20, busyTimeoutMs: 6_000 })
    const call = patient.session('a').addItems([item])
    const refused = async (): Promise<number> =>
      Number(/rejected_connections:(\d+)/.exec(await redis.plain.info('stats'))?.[1])
    const before = await refused()
    await expect.poll(refused).toBeGreaterThan(before)
    await redis.plain.configSet('maxclients', '1000')
    await call
    expect(await patient.session('a').getItems()).toEqual([item])
  })

  it('by a read-only replica says so', async () => {
    await redis.plain.replicaOf('127.0.0.1', 1)
    const error = await failure(() => redis.open().session('a').addItems([item]))
    expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: true, ambiguous: false })
    expect(error.message).toMatch(/read-only replica.*Nothing was written/)
    await redis.plain.sendCommand(['REPLICAOF', 'NO', 'ONE'])
  })

  it('by the rights of the user says so', async () => {
    await redis.plain.aclSetUser('limited', ['on', '>pw', '~*', '+@all', '-eval', '-evalsha'])
    const url = redis.url.replace('//', '//limited:pw@')
    const error = await failure(() => new RedisStore({ url }).session('a').addItems([item]))
    expect(error).toMatchObject({ code: 'SESSION_BACKEND', ambiguous: false })
    expect(error.message).toMatch(/may not run a command, or not use a key/)
  })
})

it('does not pass on what the server quotes of a command that it does not know', () => {
  const quoting = new Error("ERR unknown command 'EVALSHA', with args beginning with: 'x' '2' 'a secret' ")
  const error = toSessionError(quoting, true)
  expect(error).toMatchObject({ code: 'SESSION_BACKEND', ambiguous: false })
  expect(inspect(error, { depth: 9 })).not.toContain('a secret')
  expect(error.cause).toMatchObject({ message: "ERR unknown command 'EVALSHA'" })
})

describe('a server that is away', () => {
  it('rejects in bounded time, and calls work by themselves when it is back', async () => {
    const own = redis.open({ busyTimeoutMs: 500, timeoutMs: 500 })
    const client = createClient({ url: redis.url }).on('error', () => {})
    await client.connect()
    const given = redis.open({ client, busyTimeoutMs: 500, timeoutMs: 500 })
    for (const store of [own, given]) await store.session('a').addItems([item])
    await redis.server.kill()
    for (const store of [own, given]) {
      for (const call of [() => store.session('a').addItems([item]), () => store.session('a').getItems()]) {
        const start = performance.now()
        const error = await failure(call)
        expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true })
        expect(performance.now() - start).toBeLessThan(2_000)
      }
    }
    await using unopened = new RedisSession({ sessionId: 'a', url: redis.url, busyTimeoutMs: 400, timeoutMs: 400 })
    expect(await failure(() => unopened.getItems())).toMatchObject({ code: 'SESSION_UNAVAILABLE', ambiguous: false })
    await redis.server.start()
    for (const session of [own.session('a'), given.session('a'), unopened]) {
      await expect
        .poll(() =>
          session.getItems().then(
            ({ length }) => length,
            () => 0,
          ),
        )
        .toBeGreaterThan(1)
    }
    client.destroy()
  })

  it('leaves nothing in a queue that would be written after its call was rejected', async () => {
    const client = createClient({ url: redis.url, socket: { reconnectStrategy: 50 } }).on('error', () => {})
    await client.connect()
    const store = redis.open({ client, busyTimeoutMs: 300, timeoutMs: 300 })
    await store.session('a').addItems([item])
    await redis.server.kill()
    await expect.poll(() => client.isReady).toBe(false)
    const error = await failure(() => store.session('a').addItems([item]))
    expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', ambiguous: false })
    await redis.server.start()
    await expect.poll(() => client.isReady).toBe(true)
    expect(await redis.open({ client }).session('a').getItems()).toEqual([item])
    client.destroy()
  })

  it('says that a write may have been done where no answer came in time', async () => {
    const session = redis.open({ busyTimeoutMs: 200, timeoutMs: 200 }).session('a')
    await session.addItems([item])
    const sleeping = redis.plain.sendCommand(['DEBUG', 'SLEEP', '0.6'])
    const [write, read] = await Promise.all([
      failure(() => session.addItems([item])),
      failure(() => session.getItems()),
    ])
    expect(write).toMatchObject({ code: 'SESSION_UNAVAILABLE', ambiguous: true })
    expect(read).toMatchObject({ code: 'SESSION_UNAVAILABLE', ambiguous: false })
    await sleeping
    expect(await session.getItems()).toHaveLength(2)
  })

  it('is told from a client that its owner has not opened yet, or has closed', async () => {
    const client = createClient({ url: redis.url }).on('error', () => {})
    const session = redis.open({ client }).session('a')
    expect((await failure(() => session.getItems())).message).toMatch(/await client.connect\(\) first/)
    await client.connect()
    await session.addItems([item])
    client.destroy()
    const error = await failure(() => session.addItems([item]))
    expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', ambiguous: false })
    expect(error.message).toMatch(/client is closed/)
  })
})
