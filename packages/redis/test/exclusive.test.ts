import { RedisStore } from '@sessions/redis'
import { rounds, startRedisSentinel } from '@sessions/test-servers'
import { expect, it } from 'vitest'
import { connectTo } from './support/clients.ts'
import { start } from './support/programs.ts'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const times = rounds(200, 6)

interface Item {
  content: string
}

interface Message {
  round?: number
  written?: string
  refused?: string
  content?: string
}

it('lets a holder that was stopped past its lease never write again', async () => {
  const place = { kind: 'single', url: redis.url }
  const holder = start<Message>('hold', JSON.stringify({ place }), 'a', '250')
  const session = redis.open().session<Item>('a')
  for (let round = 0; round < times; round++) {
    const reached = (): number => holder.messages.filter(({ written }) => written?.startsWith(`held ${round} `)).length
    await expect.poll(reached, { interval: 5 }).toBeGreaterThan(2)
    holder.signal('SIGSTOP')
    const mine = `mine ${round}`
    const told = await session.exclusive(
      async ({ session: held }) => {
        await held.addItems([{ content: mine }])
        holder.signal('SIGCONT')
        const refusals = (): number => holder.messages.filter(({ refused }) => refused !== undefined).length
        await expect.poll(refusals, { interval: 5 }).toBe(round + 1)
        await held.addItems([{ content: `${mine}, still` }])
        return holder.messages.findLast(({ refused }) => refused !== undefined)
      },
      { waitMs: 20_000, leaseMs: 60_000 },
    )
    expect(told?.refused).toBe('SESSION_LEASE_LOST')
    const items = (await session.getItems()).map(({ content }) => content)
    expect(items).not.toContain(told?.content)
    expect(items[items.indexOf(mine) + 1]).toBe(`${mine}, still`)
  }
})

it('lets only the newest holder write after a failover of Sentinel in the middle of a run', async () => {
  await using sentinel = await startRedisSentinel({ own: true })
  const client = await connectTo({ kind: 'sentinel', name: sentinel.name, sentinels: [...sentinel.sentinels] })
  const options = { client, waitForReplicas: { count: 1, timeoutMs: 1_000 }, retries: 10, busyTimeoutMs: 2_000 }
  const [one, other] = [new RedisStore(options), new RedisStore(options)]
  const older = await one.session<Item>('a').acquire({ leaseMs: 60_000 })
  await older.session.addItems([{ content: 'before' }])
  const primary = await sentinel.primary()
  await primary.kill()
  // It was replicated, and so holds on the new primary too.
  await older.session.addItems([{ content: 'after the failover' }])
  const newer = await other.session<Item>('a').acquire({ whenBusy: 'takeOver', leaseMs: 60_000 })
  await expect(older.session.addItems([{ content: 'too late' }])).rejects.toMatchObject({ code: 'SESSION_LEASE_LOST' })
  await newer.session.addItems([{ content: 'newer' }])
  const contents = (await other.session<Item>('a').getItems()).map(({ content }) => content)
  expect(contents).toEqual(['before', 'after the failover', 'newer'])
  await newer.release()
  await older.release()
  await Promise.all([one.close(), other.close()])
  await client.close()
})

it('keeps the lease apart from the session, and lets it end by itself', async () => {
  const store = redis.open()
  const session = store.session<Item>('a')
  const held = await session.acquire({ leaseMs: 60_000 })
  expect(await redis.plain.keys('*')).toEqual(['js:lease:agents:session:a'])
  expect(await redis.plain.pTTL('js:lease:agents:session:a')).toBeGreaterThan(60_000)
  await held.session.addItems([{ content: '1' }])
  await redis.plain.del(['agents:session:a', 'agents:session:a:messages'])
  await held.session.addItems([{ content: '2' }])
  await store.deleteSession('a')
  expect(await store.leaseOf('a')).toBeDefined()
  await held.session.addItems([{ content: '3' }])
  await held.release()
  expect(await redis.plain.keys('js:*')).toEqual([])
})
