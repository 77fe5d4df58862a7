import { describe, expect, it } from 'vitest'
import { commands } from './support/commands.ts'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const [hash, list] = ['agents:session:a', 'agents:session:a:messages']

interface Item {
  content: string
}

const items = (...contents: (string | number)[]): Item[] => contents.map((content) => ({ content: `${content}` }))

/** The ids of the entries, by what they hold. */
async function idsOf(): Promise<Map<string, string>> {
  const { entries } = await redis.open().session<Item>('a').page({ limit: 100_000 })
  return new Map(entries.map(({ id, item }) => [item.content, id]))
}

/** What Python's `pop_item` and `add_items` do to the list. */
const pythonPops = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index++) await redis.plain.rPop(list)
}
const pythonAdds = async (...contents: string[]): Promise<void> => {
  await redis.plain.rPush(
    list,
    items(...contents).map((item) => JSON.stringify(item)),
  )
}

describe('ids of entries', () => {
  it('are written down when somebody first looks, and an append to what was looked at writes nothing more', async () => {
    const session = redis.open().session<Item>('a')
    await session.addItems(items(1, 2))
    expect(await redis.plain.hKeys(hash)).not.toContain('js:ids')
    await session.page()
    const fields = await redis.plain.hGetAll(hash)
    const before = await commands(redis.plain, () => redis.open().session<Item>('b').addItems(items(1)))
    const after = await commands(redis.plain, () => session.addItems(items(3)))
    expect(Object.keys(await redis.plain.hGetAll(hash))).toEqual(Object.keys(fields))
    expect((await redis.plain.hGetAll(hash))['js:ids']).toBe(fields['js:ids'])
    expect(after).toBeLessThanOrEqual(before)
  })

  it('stay with their entries through every kind of removal, and none is given twice', async () => {
    const store = redis.open()
    const session = store.session<Item>('a')
    const given = new Map<string, string>()
    let next = 0
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * below)
    }
    const add = (): Promise<void> => session.addItems(items(...Array.from({ length: 1 + random(4) }, () => next++)))
    const removeSome = async (): Promise<void> => {
      const { places = [] } = await store.records.page('a', undefined, 1_000)
      await store.records.commit('a', { maintain: { remove: places.filter(() => random(4) === 0) } })
    }
    const replaceOne = async (): Promise<void> => {
      const { places = [], records } = await store.records.page('a', undefined, 1_000)
      const at = random(places.length)
      const record = ` ${records[at]}`
      if (places.length > 0)
        await store.records.commit('a', { maintain: { replace: [{ place: `${places[at]}`, record }] } })
    }
    const steps: (() => Promise<unknown>)[] = [
      add,
      add,
      add,
      removeSome,
      replaceOne,
      () => session.popItem(),
      () => session.rewind({ turns: 0 }),
    ]
    steps.push(() => store.records.commit('a', { drop: random(5), append: [JSON.stringify({ content: `${next++}` })] }))
    for (let round = 0; round < 150; round++) {
      await steps[random(steps.length)]?.()
      if (round % 40 === 39) await session.replaceHistoryWithCompaction(items(next++))
      if (round % 5 > 0) continue
      const ids = await idsOf()
      for (const [content, id] of ids) {
        const known = [...given].find(([, other]) => other === id)
        expect(given.get(content) ?? id).toBe(id)
        expect(known?.[0] ?? content).toBe(content)
        given.set(content, id)
      }
      const all = [...ids.values()]
      for (const id of [all[1], all.at(-1)].filter((each) => each !== undefined && all.length > 1) as string[]) {
        const { entries } = await session.page({ limit: 1, before: id })
        expect(entries[0]?.id).toBe(all[all.indexOf(id) - 1])
      }
    }
    expect(given.size).toBeGreaterThan(60)
  })

  it('find their entry among three thousand with three hundred gaps, and go with the session', async () => {
    const session = redis.open().session<Item>('a')
    await session.addItems(items('first'))
    await session.page()
    for (let round = 0; round < 300; round++) {
      await session.addItems(items(...Array.from({ length: 11 }, (_, index) => `${round} ${index}`)))
      await session.popItem()
    }
    const ids = await idsOf()
    expect(ids.size).toBe(3_001)
    for (const content of ['first', '0 0', '7 9', '150 3', '299 9']) {
      const { entries } = await session.page({ limit: 1, after: `${ids.get(content)}` })
      const all = [...ids.keys()]
      expect(entries[0]?.item.content).toBe(all[all.indexOf(content) + 1])
    }
    await session.clearSession()
    expect(await redis.plain.exists(hash)).toBe(0)
  })
})

describe('what Python does meanwhile', () => {
  it('keeps the ids where it only adds', async () => {
    const session = redis.open().session<Item>('a')
    await session.addItems(items(1, 2))
    const before = await idsOf()
    await pythonAdds('python')
    const after = await idsOf()
    expect([after.get('1'), after.get('2')]).toEqual([before.get('1'), before.get('2')])
    expect([...before.values()]).not.toContain(after.get('python'))
  })

  it('keeps them where a few were popped, and gives what follows ids of its own', async () => {
    const session = redis.open().session<Item>('a')
    await session.addItems(items(1, 2, 3, 4, 5))
    const before = await idsOf()
    await pythonPops(3)
    const between = await idsOf()
    expect([...between]).toEqual([...before].slice(0, 2))
    await session.addItems(items(6))
    const after = await idsOf()
    expect([after.get('1'), after.get('2')]).toEqual([before.get('1'), before.get('2')])
    expect([...before.values()]).not.toContain(after.get('6'))
  })

  it('begins anew where it popped and added, so that no id leads to another entry', async () => {
    const store = redis.open()
    const session = store.session<Item>('a')
    for (const [pops, adds, ours] of [
      [1, ['x'], []],
      [2, ['x'], []],
      [1, [], ['y']],
      [3, ['x', 'y'], ['z']],
      [2, ['x', '5'], []],
      [3, ['x', '4'], []],
      [5, ['x', 'y', 'z'], []],
    ] as const) {
      await session.delete()
      await session.addItems(items(1, 2, 3, 4, 5))
      const before = await idsOf()
      const last = `${before.get('5')}`
      await pythonPops(pops)
      if (adds.length > 0) await pythonAdds(...adds)
      await session.addItems(items(...ours))
      // A write that depends on the newest sees it before anybody looks.
      expect((await store.records.commit('a', { expectNewest: last, drop: 1 })).status).toBe('conflict')
      for (const [content, id] of await idsOf()) {
        const [owner] = [...before].find(([, other]) => other === id) ?? [content]
        expect(owner).toBe(content)
      }
      await expect(session.page({ after: last })).rejects.toMatchObject({ code: 'SESSION_CONFLICT' })
    }
  })

  it('leads to the same ids in every process where only Python wrote, also in a list without a hash', async () => {
    await pythonAdds('1', '2')
    expect([...(await idsOf())]).toEqual([...(await idsOf())])
    expect(await redis.plain.exists(hash)).toBe(0)
    await redis.plain.hSet(hash, { session_id: 'a', created_at: '1700000000', updated_at: '1700000000' })
    const ids = await idsOf()
    expect(ids.size).toBe(2)
    expect([...(await idsOf())]).toEqual([...ids])
  })

  it('gives other ids after its clear_session', async () => {
    const session = redis.open().session<Item>('a')
    await session.addItems(items(1, 2))
    const before = await idsOf()
    await redis.plain.del([hash, list])
    await session.addItems(items(1, 2))
    for (const id of (await idsOf()).values()) expect([...before.values()]).not.toContain(id)
  })
})
