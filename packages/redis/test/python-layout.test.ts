import { describe, expect, it } from 'vitest'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const item = (content: string) => ({ role: 'user', content }) as const
const seconds = (): string => `${Math.floor(Date.now() / 1000)}`

/** The commands of RedisSession in the OpenAI Agents SDK for Python 0.22.0. */
const python = {
  async add(
    id: string,
    contents: string[],
    { time = seconds(), ttl }: { time?: string; ttl?: number } = {},
  ): Promise<void> {
    const key = `agents:session:${id}`
    const pipeline = redis.plain.multi()
    pipeline.hSet(key, { session_id: id, created_at: time, updated_at: time })
    pipeline.rPush(
      `${key}:messages`,
      contents.map((content) => JSON.stringify(item(content))),
    )
    pipeline.hSet(key, 'updated_at', time)
    await pipeline.exec()
    if (ttl === undefined) return
    for (const each of [key, `${key}:messages`, `${key}:counter`]) await redis.plain.expire(each, ttl)
  },
  async items(id: string): Promise<unknown[]> {
    return (await redis.plain.lRange(`agents:session:${id}:messages`, 0, -1)).map((text) => JSON.parse(text))
  },
  pop: (id: string): Promise<unknown> => redis.plain.rPop(`agents:session:${id}:messages`),
  clear: (id: string): Promise<unknown> =>
    redis.plain.del([`agents:session:${id}`, `agents:session:${id}:messages`, `agents:session:${id}:counter`]),
}

describe('what we write', () => {
  it('is what Python expects, byte for byte', async () => {
    const before = seconds()
    await redis
      .open()
      .session('p')
      .addItems([item('héllo'), item('2')])
    expect((await redis.plain.keys('*')).toSorted()).toEqual(['agents:session:p', 'agents:session:p:messages'])
    const records = await redis.plain.lRange('agents:session:p:messages', 0, -1)
    expect(records).toEqual(['{"role":"user","content":"héllo"}', '{"role":"user","content":"2"}'])
    const hash = await redis.plain.hGetAll('agents:session:p')
    expect(hash.session_id).toBe('p')
    expect(hash.created_at).toMatch(/^\d{10}$/)
    expect(Number(hash.created_at)).toBeGreaterThanOrEqual(Number(before))
    expect(hash.updated_at).toBe(hash.created_at)
    const ours = Object.keys(hash).filter((field) => !['session_id', 'created_at', 'updated_at'].includes(field))
    expect(ours.every((field) => field.startsWith('js:'))).toBe(true)
  })

  it('moves updated_at, in whole seconds, and never created_at', async () => {
    const session = redis.open().session('p')
    await python.add('p', ['1'], { time: '1700000000' })
    await session.addItems([item('2')])
    await session.addItems([item('3')])
    const { created_at, updated_at } = await redis.plain.hGetAll('agents:session:p')
    expect(created_at).toBe('1700000000')
    expect(Math.abs(Number(updated_at) - Number(seconds()))).toBeLessThanOrEqual(1)
  })
})

describe('what Python wrote', () => {
  it('is read, listed and continued', async () => {
    await python.add('p', ['1', '2'], { time: '1700000000' })
    const store = redis.open()
    const session = store.session('p')
    expect(await session.getItems()).toEqual([item('1'), item('2')])
    expect(await session.info()).toMatchObject({ createdAt: new Date(1_700_000_000_000), itemCount: 2 })
    const listed = []
    for await (const info of store.listSessions()) listed.push(info)
    expect(listed).toEqual([await session.info()])
    await session.addItems([item('3')])
    expect((await session.info())?.createdAt).toEqual(new Date(1_700_000_000_000))
    expect(await python.items('p')).toEqual([item('1'), item('2'), item('3')])
    expect(await session.popItem()).toEqual(item('3'))
    expect(await session.popItem()).toEqual(item('2'))
  })

  it('takes turns with what we write, in one order for both', async () => {
    const session = redis.open().session('p')
    for (let turn = 0; turn < 5; turn++) {
      await session.addItems([item(`ours ${turn}`), item(`ours too ${turn}`)])
      await python.add('p', [`theirs ${turn}`])
    }
    expect(await session.getItems()).toHaveLength(15)
    expect(await python.items('p')).toEqual(await session.getItems())
    expect(JSON.parse(String(await python.pop('p')))).toEqual(item('theirs 4'))
    expect(await session.popItem()).toEqual(item('ours too 4'))
  })

  it('is seen as a change each time, also within one second', async () => {
    const session = redis.open().session('p')
    await session.addItems([item('ours')])
    const seen: number[] = []
    const look = async (): Promise<void> => void seen.push((await session.info())?.updatedAt.getTime() ?? 0)
    await look()
    for (let time = 0; time < 3; time++) {
      await python.add('p', ['theirs'])
      await look()
    }
    await session.addItems([item('ours')])
    await look()
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(seen.toSorted())
    await python.pop('p')
    await look()
    expect(seen.at(-1)).toBeGreaterThan(seen.at(-2) ?? 0)
  })

  it('keeps a session from being deleted by a filter that it has left', async () => {
    const store = redis.open()
    for (const [id, writeOurs] of [
      ['mixed', true],
      ['theirs', false],
    ] as const) {
      if (writeOurs) await store.session(id).addItems([item('ours')])
      else await python.add(id, ['1'])
      const seen = (await store.getSessionInfo(id))?.updatedAt ?? new Date(0)
      await python.add(id, ['later'])
      expect(await store.deleteSession(id, { unchangedSince: seen })).toBe(false)
    }
  })

  it('ends an iteration that it would tear', async () => {
    const session = redis.open().session('p')
    await session.addItems(Array.from({ length: 10 }, (_, index) => item(`${index}`)))
    const read = async (): Promise<void> => {
      let count = 0
      for await (const _ of session.items({ pageSize: 4 })) {
        if (++count !== 8) continue
        for (let time = 0; time < 5; time++) await python.pop('p')
        await python.add(
          'p',
          Array.from({ length: 5 }, (_, index) => `other ${index}`),
        )
      }
    }
    await expect(read()).rejects.toMatchObject({ code: 'SESSION_CONFLICT' })
  })

  it('may hold times that are none', async () => {
    for (const time of ['yesterday', '', '-1', 'nan', '1e400', '9'.repeat(40)]) {
      await redis.plain.flushAll()
      await python.add('p', ['1'], { time })
      const session = redis.open().session('p')
      const before = (await session.info())?.updatedAt.getTime()
      expect(before).not.toBeNaN()
      await session.addItems([item('2')])
      expect((await session.info())?.updatedAt.getTime()).toBeGreaterThan(before ?? 0)
    }
  })
})

describe("Python's clear", () => {
  it('takes everything of ours along', async () => {
    const session = redis.open({ ttl: 3_600, retries: 0 }).session('p')
    const transaction = { type: 'append_items', items: [item('1')] } as const
    await session.applyHistoryTransaction({ operationId: 'op', transaction })
    await session.setMetadata({ userId: 'u1' })
    await python.clear('p')
    expect(await redis.plain.keys('*')).toEqual([])
    expect(await session.info()).toBeUndefined()
    await session.applyHistoryTransaction({ operationId: 'op', transaction })
    expect(await session.getItems()).toEqual([item('1')])
    expect((await session.info())?.metadata).toBeUndefined()
  })

  it("finds its counter gone when we clear, and leaves others'", async () => {
    await redis.plain.set('agents:session:p:counter', '7')
    await redis.plain.set('agents:session:q:counter', '7')
    await python.add('p', ['1'])
    await redis.open().session('p').clearSession()
    expect(await redis.plain.keys('*')).toEqual(['agents:session:q:counter'])
  })
})

describe("Python's ttl", () => {
  it('holds for a list that begins anew in a session of ours', async () => {
    const session = redis.open().session('p')
    await session.addItems([item('1')])
    await python.add('p', ['2'], { ttl: 500 })
    await session.popItem()
    await session.popItem()
    await session.addItems([item('3')])
    const [hash, list] = await Promise.all(
      ['', ':messages'].map((end) => redis.plain.pExpireTime(`agents:session:p${end}`)),
    )
    expect(hash).toBeGreaterThan(Date.now())
    expect(list).toBe(hash)
  })

  it('is kept by a store without one, for new keys too', async () => {
    await python.add('p', ['1'], { ttl: 500 })
    await python.pop('p')
    await redis
      .open()
      .session('p')
      .addItems([item('2')])
    const [hash, list] = await Promise.all(
      ['', ':messages'].map((end) => redis.plain.pExpireTime(`agents:session:p${end}`)),
    )
    expect(hash).toBeGreaterThan(Date.now())
    expect(list).toBe(hash)
  })
})
