import { describe, expect, it } from 'vitest'
import { collect } from './support/collect.ts'
import { age } from './support/primaries.ts'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const item = (content: string) => ({ role: 'user', content }) as const
const hash = 'agents:session:a'
const advance = (ms: number): Promise<void> => age({ kind: 'single', url: redis.url }, 'agents:session', ms)
const day = 86_400_000

/** What the server spent on scripts, in microseconds a call. */
async function cost(work: () => Promise<unknown>): Promise<number> {
  await redis.plain.configResetStat()
  await work()
  const stats = await redis.plain.info('commandstats')
  return Number(/cmdstat_evalsha:.*usec_per_call=([\d.]+)/.exec(stats)?.[1])
}

async function fields(pattern: RegExp): Promise<string[]> {
  return (await redis.plain.hKeys(hash)).filter((field) => pattern.test(field))
}

describe('the ids of operations', () => {
  it.each([
    ['a transaction', {}],
    ['an append with retries', { retries: 1 }],
  ])('cost %s the same however many are remembered', async (what, options) => {
    const session = redis.open(options).session('a')
    let count = 0
    const write = async (): Promise<void> => {
      const transaction = { type: 'append_items', items: [item('1')] } as const
      if (what === 'a transaction') await session.applyHistoryTransaction({ operationId: `${count++}`, transaction })
      else await session.addItems([item('1')])
    }
    const some = async (): Promise<void> => {
      for (let index = 0; index < 100; index++) await write()
    }
    await some()
    const few = await cost(some)
    const [kind, filled] = what === 'a transaction' ? ['operation', 'f'] : ['attempt', '1']
    await redis.plain.eval(
      `for i = 1, 100000 do
         redis.call('HSET', KEYS[1], 'js:${kind}:filled ' .. i, '${filled}', 'js:${kind}s:' .. (1000 + i), '9000000000000 filled ' .. i)
       end
       redis.call('HSET', KEYS[1], 'js:${kind}s', '1001 101001')`,
      { keys: [hash], arguments: [] },
    )
    expect(await cost(some)).toBeLessThan(5 * few)
  })

  it('are known for operationTtl, and forgotten with a later one', async () => {
    const session = redis.open({ operationTtl: 100 }).session('a')
    const transaction = { type: 'append_items', items: [item('1')] } as const
    const apply = (operationId: string): Promise<void> => session.applyHistoryTransaction({ operationId, transaction })
    await apply('op')
    await advance(99_000)
    await apply('op')
    expect(await session.getItems()).toHaveLength(1)
    await advance(2_000)
    await apply('op')
    expect(await session.getItems()).toHaveLength(2)
    for (let index = 0; index < 25; index++) await apply(`${index}`)
    await advance(101_000)
    for (let index = 0; index < 3; index++) await apply(`later ${index}`)
    expect(await fields(/^js:operation:/)).toHaveLength(3)
    expect(await fields(/^js:operations:/)).toHaveLength(3)
  })

  it('of a day ago are still known without an option, and those of an idle session go with purgeExpired', async () => {
    const store = redis.open({ retries: 1 })
    const transaction = { type: 'append_items', items: [item('1')] } as const
    const apply = (index: number): Promise<void> =>
      store.session('a').applyHistoryTransaction({ operationId: `op ${index}`, transaction })
    for (let index = 0; index < 1_200; index++) void apply(index)
    await apply(1_200)
    await expect.poll(() => fields(/^js:operation:/)).toHaveLength(1_201)
    await advance(day - 60_000)
    await apply(0)
    expect(await store.session('a').getItems()).toHaveLength(1_201)
    await store.purgeExpired()
    expect(await fields(/^js:operation:/)).toHaveLength(1_201)
    expect((await fields(/^js:attempt:/)).length).toBeLessThanOrEqual(1)
    await advance(120_000)
    const before = await store.getSessionInfo('a')
    await store.purgeExpired()
    expect(await fields(/^js:(operation|attempt)s?:/)).toEqual([])
    expect(await store.getSessionInfo('a')).toEqual(before)
  })
})

describe('a compaction', () => {
  it('of a long history fetches nothing of what it drops, and costs the server no more than appending did', async () => {
    const session = redis.open().session('a')
    const content = 'x'.repeat(1_000)
    const batch = Array.from({ length: 10_000 }, () => item(content))
    const appending = await cost(() => session.addItems(batch))
    for (let index = 0; index < 4; index++) await session.addItems(batch)
    const before = Number(/total_net_output_bytes:(\d+)/.exec(await redis.plain.info('stats'))?.[1])
    const compacting = await cost(() => session.replaceHistoryWithCompaction([item('summary')]))
    const after = Number(/total_net_output_bytes:(\d+)/.exec(await redis.plain.info('stats'))?.[1])
    expect(after - before).toBeLessThan(1_000_000)
    expect(compacting).toBeLessThan(appending)
    expect(await session.getItems()).toEqual([item('summary')])
  })
})

describe('a list', () => {
  it('has sessions of one millisecond in the order of the UTF-8 bytes of their ids, last first', async () => {
    const ids = ['a', 'é', '\uffee', '😀', '\u{10ffff}', 'z', 'B', '{', '']
    for (const id of ids.filter((each) => each !== '')) {
      await redis.plain.hSet(`agents:session:${id}`, {
        session_id: id,
        created_at: '1700000000',
        updated_at: '1700000000',
      })
    }
    const listed = (await collect(redis.open().listSessions())).map(({ sessionId }) => sessionId)
    expect(listed).toEqual(['\u{10ffff}', '😀', '\uffee', 'é', '{', 'z', 'a', 'B'])
  })
})
