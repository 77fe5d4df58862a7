import { RedisStore } from '@sessions/redis'
import { startProxy, type TcpProxy } from '@sessions/test-servers'
import { createClient, type RedisClientType } from 'redis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { age } from './support/primaries.ts'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const item = (content: string) => ({ role: 'user', content }) as const
const isScript = (bytes: Buffer): boolean => /EVAL(SHA)?/.test(bytes.toString())
let proxy: TcpProxy
let client: RedisClientType

beforeEach(async () => {
  proxy = await startProxy({ host: '127.0.0.1', port: Number(new URL(redis.url).port) })
  client = createClient({ url: `redis://127.0.0.1:${proxy.port}`, socket: { reconnectStrategy: 1 } }).on(
    'error',
    () => {},
  )
  await client.connect()
})
afterEach(async () => {
  client.destroy()
  await proxy.stop()
})

describe('with retries, a lost answer', () => {
  it('leaves exactly one copy of what was appended, and takes exactly one item away', async () => {
    const session = new RedisStore({ client, retries: 3 }).session('a')
    const cuts = [proxy.cutAnswer(isScript)]
    await session.addItems([item('1'), item('2')])
    cuts.push(proxy.cutAnswer(isScript))
    expect(await session.popItem()).toEqual(item('2'))
    cuts.push(proxy.cutAnswer(isScript))
    const args = { operationId: 'op', transaction: { type: 'append_items', items: [item('3')] } } as const
    await session.applyHistoryTransaction(args)
    await Promise.all(cuts)
    expect(await session.getItems()).toEqual([item('1'), item('3')])
  })

  it('of a deletion is reported, and of a compaction that tells what it dropped, since that cannot be told again', async () => {
    const store = new RedisStore({ client, retries: 3 })
    const session = store.session('a')
    await session.addItems([item('1')])
    // So that the server knows the scripts, and the answer that is cut is that of the write.
    await store.session('b').clearSession()
    await store.records.commit('b', { drop: 'all', append: ['{}'] })
    const change = { drop: 'all', append: ['{"role":"user","content":"summary"}'], returnDropped: true } as const
    for (const write of [() => store.records.commit('a', change), () => session.clearSession()]) {
      const cut = proxy.cutAnswer(isScript)
      await expect(write()).rejects.toMatchObject({ code: 'SESSION_UNAVAILABLE', ambiguous: true })
      await cut
    }
    expect(await session.getItems()).toEqual([])
  })

  it('of a compaction is asked for again, and it is done once', async () => {
    const session = new RedisStore({ client, retries: 3 }).session('a')
    await session.addItems([item('1'), item('2')])
    await session.replaceHistoryWithCompaction([item('0')])
    const cut = proxy.cutAnswer(isScript)
    await session.replaceHistoryWithCompaction([item('summary')])
    await cut
    expect(await session.getItems()).toEqual([item('summary')])
  })

  it('of a read is asked for again', async () => {
    const session = new RedisStore({ client, retries: 3 }).session('a')
    await session.addItems([item('1')])
    const cut = proxy.cutAnswer((bytes) => bytes.includes('LRANGE'))
    expect(await session.getItems()).toEqual([item('1')])
    await cut
  })

  it('is remembered for as long as it can be repeated, and forgotten with the next write', async () => {
    const store = new RedisStore({ client, retries: 1, busyTimeoutMs: 1_000, timeoutMs: 1_000 })
    await store.session('a').addItems([item('1')])
    await store.session('a').addItems([item('2')])
    expect(await remembered()).toHaveLength(2)
    for (const entry of await remembered()) {
      const left = Number(entry.split(' ')[0]) - Date.now()
      expect(left).toBeGreaterThan(60_000)
      expect(left).toBeLessThan(70_000)
    }
    await age({ kind: 'single', url: redis.url }, 'agents:session', 70_000)
    await store.session('a').addItems([item('3')])
    expect(await remembered()).toHaveLength(1)
    await store.deleteSession('a')
    expect(await redis.plain.keys('*')).toEqual([])
  })
})

async function remembered(): Promise<string[]> {
  const fields = Object.entries(await redis.plain.hGetAll('agents:session:a'))
  return fields.filter(([field]) => /^js:attempts:\d+$/.test(field)).map(([, entry]) => entry)
}

describe('without retries, a lost connection', () => {
  it('is said to each call of a batch, in an error of its own', async () => {
    const store = new RedisStore({ client })
    const cut = proxy.cutAnswer(isScript)
    const errors = await Promise.all(
      ['a', 'b'].map((id) =>
        store
          .session(id)
          .addItems([item(id)])
          .catch((error: unknown) => error),
      ),
    )
    await cut
    for (const [index, sessionId] of ['a', 'b'].entries()) {
      expect(errors[index]).toMatchObject({ code: 'SESSION_UNAVAILABLE', ambiguous: true, retryable: true, sessionId })
    }
  })

  it('is not ambiguous for a read', async () => {
    const cut = proxy.cutAnswer((bytes) => bytes.includes('LRANGE'))
    const reading = new RedisStore({ client }).session('a').getItems()
    await expect(reading).rejects.toMatchObject({ code: 'SESSION_UNAVAILABLE', ambiguous: false })
    await cut
  })
})
