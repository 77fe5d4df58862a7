import { describe, expect, it } from 'vitest'
import { Keys } from '../src/keys.ts'
import { collect } from './support/collect.ts'
import { useRedis } from './support/servers.ts'

const redis = useRedis()
const item = (content: string) => ({ role: 'user', content }) as const
const record = (content: string): string => JSON.stringify(item(content))

/** The commands of RedisSession in the OpenAI Agents SDK for Python 0.22.0. */
async function pythonAdds(id: string, content: string, prefix = 'agents:session'): Promise<void> {
  await redis.plain.hSet(`${prefix}:${id}`, { session_id: id, created_at: '1700000000', updated_at: '1700000000' })
  await redis.plain.rPush(`${prefix}:${id}:messages`, record(content))
  await redis.plain.hSet(`${prefix}:${id}`, 'updated_at', '1700000000')
}
const pythonReads = (id: string): Promise<string[]> => redis.plain.lRange(`agents:session:${id}:messages`, 0, -1)

const likePython = ['{x}', 'a{', '}', '50%', '%', 'a%25%', '%7Bx%7D%', 'x:attempts', 'a:messages:b', 'a%:messages:b']
const keptApart = ['a:messages', 'a:counter', ':messages', 'a:messages%', 'a:messages:counter', '{x}:messages']
const all = [...likePython, ...keptApart, 'a', 'a:messages%%', 'x']

describe('an id of any form on a single server', () => {
  it.each(likePython)('is read, continued and deleted in both directions: %s', async (id) => {
    const store = redis.open()
    await pythonAdds(id, 'theirs')
    await store.session(id).addItems([item('ours')])
    expect(await pythonReads(id)).toEqual([record('theirs'), record('ours')])
    await pythonAdds(id, 'theirs')
    expect(await store.session(id).getItems()).toHaveLength(3)
    expect((await collect(store.listSessions())).map(({ sessionId }) => sessionId)).toEqual([id])
    expect(await store.deleteSession(id)).toBe(true)
    expect(await redis.plain.keys('*')).toEqual([])
    await store.session(id).addItems([item('ours')])
    expect(await pythonReads(id)).toEqual([record('ours')])
  })

  it.each(keptApart)(
    "is used where Python has it, and otherwise kept apart from other sessions' lists: %s",
    async (id) => {
      const store = redis.open()
      await pythonAdds(id, 'theirs')
      const session = store.session(id)
      expect(await session.getItems()).toEqual([item('theirs')])
      await session.addItems([item('ours')])
      await session.setMetadata({ a: 1 })
      expect(await pythonReads(id)).toEqual([record('theirs'), record('ours')])
      expect((await collect(store.listSessions())).map(({ sessionId }) => sessionId)).toEqual([id])
      expect(await store.deleteSession(id)).toBe(true)
      expect(await redis.plain.keys('*')).toEqual([])
      await session.addItems([item('ours')])
      expect(await redis.plain.exists(`agents:session:${id}`)).toBe(0)
      expect(await session.getItems()).toEqual([item('ours')])
    },
  )

  it('never reaches what belongs to another one, in whatever order they come', async () => {
    for (const ids of [all, all.toReversed()]) {
      const store = redis.open()
      for (const id of ids) await store.session(id).addItems([item(id)])
      for (const id of ids) expect(await store.session(id).getItems()).toEqual([item(id)])
      const listed = (await collect(store.listSessions())).map(({ sessionId }) => sessionId)
      expect(listed.toSorted()).toEqual(ids.toSorted())
      for (const [index, id] of ids.entries()) {
        expect(await store.deleteSession(id)).toBe(true)
        for (const left of ids.slice(index + 1)) expect(await store.session(left).getItems()).toEqual([item(left)])
      }
      expect(await redis.plain.keys('*')).toEqual([])
    }
  })
})

describe('what an earlier version stored under escaped names', () => {
  /** As it was: the names of a cluster's keys, without the braces. */
  const before = (id: string): string => {
    const { hash } = new Keys('agents:session', true).of(id)
    return hash.replace(/^agents:session:\{(.*)\}$/s, 'agents:session:$1')
  }
  const store = async (id: string): Promise<void> => {
    await redis.plain.hSet(before(id), { session_id: id, created_at: '1700000000', updated_at: '1700000000' })
    await redis.plain.rPush(`${before(id)}:messages`, record(id))
  }

  it.each(['read', 'append', 'list', 'delete'])('is there, by a %s first', async (first) => {
    for (const id of all) {
      await redis.plain.flushAll()
      await store(id)
      const now = redis.open()
      const session = now.session(id)
      if (first === 'append') await session.addItems([item('more')])
      if (first === 'list') {
        const listed = await collect(now.listSessions({ prefix: id }))
        expect(listed.map(({ sessionId, itemCount }) => [sessionId, itemCount])).toEqual([[id, 1]])
      }
      if (first === 'delete') {
        expect(await now.deleteSession(id)).toBe(true)
        expect(await redis.plain.keys('*')).toEqual([])
        continue
      }
      expect((await session.getItems())[0]).toEqual(item(id))
    }
  })

  it('is not given to the ids whose keys it has', async () => {
    for (const id of all) {
      await redis.plain.flushAll()
      await store(id)
      for (const other of all) {
        if (other === id) continue
        expect(await redis.open().session(other).getItems()).toEqual([])
        await redis
          .open()
          .session(other)
          .addItems([item(other)])
        expect(await redis.open().session(other).getItems()).toEqual([item(other)])
        expect(await redis.open().session(id).getItems()).toEqual([item(id)])
        await redis.open().deleteSession(other)
      }
    }
  })
})

describe('prefixes that make the same keys', () => {
  const pairs = [
    [{}, 'eu:42', { keyPrefix: 'agents:session:eu' }, '42'],
    [{ keyPrefix: 'app' }, 'eu:42', { keyPrefix: 'app:eu' }, '42'],
    [{ keyPrefix: 'app:eu' }, '42', { keyPrefix: 'app' }, 'eu:42'],
  ] as const

  it.each(pairs)('leave the session to who wrote it, and refuse the other: %#', async (one, oneId, other, otherId) => {
    const [first, second] = [redis.open(one), redis.open(other)]
    await first.session(oneId).addItems([item('secret')])
    for (const options of [other, { ...other, retries: 1 }, { ...other, refreshTtlOnRead: true }]) {
      const session = redis.open(options).session(otherId)
      for (const call of [
        () => session.addItems([item('x')]),
        () => session.popItem(),
        () => session.getItems(),
        () => collect(session.items()),
        () => session.setMetadata({ a: 1 }),
        () => session.replaceHistoryWithCompaction([item('x')]),
      ]) {
        await expect(call()).rejects.toMatchObject({
          code: 'SESSION_BACKEND',
          ambiguous: false,
          message: expect.stringContaining('keyPrefix'),
        })
      }
    }
    expect(await second.getSessionInfo(otherId)).toBeUndefined()
    expect(await second.deleteSession(otherId)).toBe(false)
    expect(await collect(second.listSessions())).toEqual([])
    expect(await second.deleteSessions({ updatedBefore: new Date(8e15) })).toBe(0)
    expect(await first.session(oneId).getItems()).toEqual([item('secret')])
  })
})
