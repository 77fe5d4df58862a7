import { describe, expect, it } from 'vitest'
import { commands } from './support/commands.ts'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const list = 'agents:session:a:messages'

interface Item {
  content: string
}

const items = (...contents: (string | number)[]): Item[] => contents.map((content) => ({ content: `${content}` }))

/** The ids of the entries, by what they hold. */
async function idsOf(): Promise<Map<string, string>> {
  const { entries } = await redis.open().session<Item>('a').page({ limit: 100_000 })
  return new Map(entries.map(({ id, item }) => [item.content, id]))
}

describe('a page', () => {
  it('runs the same commands at the end, in the middle and at the beginning of a long history', async () => {
    const session = redis.open().session<Item>('a')
    for (let batch = 0; batch < 20; batch++) {
      await session.addItems(items(...Array.from({ length: 1_000 }, (_, index) => `${batch} ${index}`)))
    }
    const ids = [...(await idsOf()).values()]
    const newest = await commands(redis.plain, () => session.page())
    for (const at of [19_900, 10_000, 60]) {
      expect(await commands(redis.plain, () => session.page({ before: `${ids[at]}` }))).toBeLessThanOrEqual(newest)
      expect(await commands(redis.plain, () => session.page({ after: `${ids[at]}` }))).toBeLessThanOrEqual(newest)
    }
  })

  it('forks a hundred thousand items without a command for each', async () => {
    const store = redis.open()
    const session = store.session<Item>('a')
    for (let batch = 0; batch < 5; batch++) {
      await session.addItems(items(...Array.from({ length: 20_000 }, (_, index) => `${batch} ${index}`)))
    }
    const ids = [...(await idsOf()).values()]
    const all = await commands(redis.plain, () => store.forkSession('a', 'b'))
    const some = await commands(redis.plain, () => store.forkSession('a', 'c', { upTo: `${ids[49_999]}` }))
    expect(Math.max(all, some)).toBeLessThan(40)
    expect((await store.getSessionInfo('b'))?.itemCount).toBe(100_000)
    expect((await store.getSessionInfo('c'))?.itemCount).toBe(50_000)
  })
})

describe('a server that takes no writes', () => {
  it('gives ids that are known all the same', async () => {
    const session = redis.open().session<Item>('a')
    await session.addItems(items(1))
    const before = await idsOf()
    await session.addItems(items(2))
    await redis.plain.configSet('min-replicas-to-write', '3')
    try {
      const ids = await idsOf()
      expect(ids.get('1')).toBe(before.get('1'))
      expect(ids.size).toBe(2)
    } finally {
      await redis.plain.configSet('min-replicas-to-write', '0')
    }
  })
})

describe('times', () => {
  it('are those of the commit, and stay with their entries; of others nobody knows', async () => {
    const store = redis.open({ times: true })
    const session = store.session<Item>('a')
    await redis.open().session<Item>('a').addItems(items('without'))
    await session.addItems(items(1, 2))
    await redis.plain.rPush(list, JSON.stringify({ content: 'python' }))
    await session.addItems(items(3))
    const timesOf = async (): Promise<[string, number | undefined][]> => {
      const { entries } = await redis.open().session<Item>('a').page()
      return entries.map(({ item, createdAt }) => [item.content, createdAt?.getTime()])
    }
    const times = new Map(await timesOf())
    expect([...times].filter(([, time]) => time === undefined).map(([content]) => content)).toEqual([
      'without',
      'python',
    ])
    expect(times.get('1')).toBe(times.get('2'))
    expect(Number(times.get('3'))).toBeGreaterThan(Number(times.get('2')))
    expect((await session.info())?.updatedAt.getTime()).toBe(times.get('3'))
    const { places = [] } = await store.records.page('a', undefined, 100)
    await store.records.commit('a', { maintain: { remove: [`${places[0]}`, `${places[2]}`] } })
    await redis.open().session<Item>('a').addItems(items('later'))
    const expected = [...times].filter(([content]) => content !== 'without' && content !== '2')
    expect(await timesOf()).toEqual([...expected, ['later', undefined]])
    await session.rewind({ turns: 0 })
    await session.popItem()
    await session.popItem()
    await redis.open().session<Item>('a').addItems(items('after a pop'))
    expect((await timesOf()).at(-1)).toEqual(['after a pop', undefined])
    await store.forkSession('a', 'b')
    const { entries } = await store.session<Item>('b').page()
    expect(entries.map(({ item, createdAt }) => [item.content, createdAt?.getTime()])).toEqual(await timesOf())
  })
})

describe('what the hash says of entries, where somebody broke it', () => {
  const hash = 'agents:session:a'
  const broken = { code: 'SESSION_RECORD_CORRUPT', message: expect.stringMatching(/remove js:ids and js:times/) }

  it.each(['js:gap:1', 'js:time:2'])('%s is told by whoever needs it, and nothing is half written', async (field) => {
    const store = redis.open({ times: true })
    const session = store.session<Item>('a')
    for (const content of [1, 2, 3, 4]) await session.addItems(items(content))
    await session.page()
    await session.popItem()
    await session.addItems(items(5))
    const places = (await store.records.page('a', undefined, 10)).places ?? []
    expect(await redis.plain.hExists(hash, field)).toBe(1)
    await redis.plain.hSet(hash, field, 'broken')
    const before = [await redis.plain.hGetAll(hash), await redis.plain.lRange(list, 0, -1)]
    for (const call of [
      () => session.page(),
      () => store.records.commit('a', { drop: 3 }),
      () => store.records.commit('a', { maintain: { remove: [`${places[0]}`] } }),
    ]) {
      await expect(call()).rejects.toMatchObject(broken)
      expect([await redis.plain.hGetAll(hash), await redis.plain.lRange(list, 0, -1)]).toEqual(before)
    }
    if (field === 'js:time:2') await expect(store.forkSession('a', 'b')).rejects.toMatchObject(broken)
    expect(await store.getSessionInfo('b')).toBeUndefined()
    await redis.plain.hDel(hash, ['js:ids', 'js:times'])
    expect((await session.page()).entries).toHaveLength(4)
    await session.addItems(items(6))
    expect(await session.popItem()).toEqual({ content: '6' })
  })

  it.each(['js:ids', 'js:times'])('%s counts as not there', async (field) => {
    const session = redis.open({ times: true }).session<Item>('a')
    await session.addItems(items(1, 2))
    const before = await idsOf()
    await redis.plain.hSet(hash, field, 'broken')
    await session.addItems(items(3))
    expect(await session.popItem()).toEqual({ content: '3' })
    const after = await idsOf()
    expect(after.size).toBe(2)
    expect([...after].every(([content, id]) => before.get(content) === id)).toBe(field === 'js:times')
  })
})
