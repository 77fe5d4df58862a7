import type { AgentInputItem } from '@openai/agents'
import { type RedisClient, RedisStore } from '@sessions/redis'
import { type RedisCluster, startRedisCluster } from '@sessions/test-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Keys } from '../src/keys.ts'
import { connectTo, type Place, type TestClient } from './support/clients.ts'
import { collect } from './support/collect.ts'
import { openSlot } from './support/moving-slot.ts'
import { keysUnder } from './support/primaries.ts'

const item = (content: string): AgentInputItem => ({ role: 'user', content })
const keys = new Keys('agents:session', true)
let cluster: RedisCluster
let place: Place
let client: TestClient

beforeAll(async () => {
  cluster = await startRedisCluster({ own: true })
  place = { kind: 'cluster', rootNodes: cluster.rootNodes }
  client = await connectTo(place)
})
afterAll(async () => {
  await client.close()
  await cluster.stop()
})

describe.each([
  ['plain', {}],
  ['with retries and a ttl that reading refreshes', { retries: 2, ttl: 3_600, refreshTtlOnRead: true }],
  ['with replicas', { waitForReplicas: { count: 1, timeoutMs: 5_000 } }],
] as const)('a store %s, while a slot is held open', (name, options) => {
  const open = (): RedisStore => new RedisStore({ client: client as RedisClient, ...options })

  it.each([
    ['before its keys have moved', false],
    ['after its keys have moved', true],
  ])('does to a session all that it does to others, %s', async (_, isMoved) => {
    const store = open()
    const id = `moving ${name} ${isMoved}`
    const { hash, list, lease } = keys.of(id)
    const session = store.session(id)
    await session.addItems([item('1'), item('2')])
    const held = await session.acquire()
    const slot = await openSlot(cluster, hash)
    if (isMoved) await slot.move(hash, list, lease)
    await held.session.addItems([item('held')])
    const { entries } = await session.page()
    expect(entries.map((entry) => entry.item)).toEqual([item('1'), item('2'), item('held')])
    expect(await held.session.rewind({ entry: `${entries[2]?.id}` })).toEqual([item('held')])
    expect((await session.page()).entries).toEqual(entries.slice(0, 2))
    await held.release()
    await expect(held.session.addItems([item('late')])).rejects.toBeDefined()
    await session.addItems([item('3')])
    expect(await session.popItem()).toEqual(item('3'))
    const transaction = { type: 'append_items', items: [item('4')] } as const
    for (let time = 0; time < 2; time++) await session.applyHistoryTransaction({ operationId: 'op', transaction })
    await session.setMetadata({ userId: 'u1' })
    expect(await session.getItems()).toEqual([item('1'), item('2'), item('4')])
    expect(await session.info()).toMatchObject({ itemCount: 3, metadata: { userId: 'u1' } })
    expect(await collect(session.items())).toHaveLength(3)
    await session.replaceHistoryWithCompaction([item('summary')])
    expect(await session.getItems()).toEqual([item('summary')])
    expect(await store.deleteSessions({ prefix: id })).toBe(1)
    expect(await session.getItems()).toEqual([])
    expect(await keysUnder(place, hash)).toEqual([])
    await slot.finish()
  })

  it('does so to a session that is new, and to one that has no items, which has one key only', async () => {
    const store = open()
    const ids = [`new ${name}`, `empty ${name}`] as const
    await store.session(ids[1]).setMetadata({ a: 1 })
    const slots = []
    for (const id of ids) slots.push(await openSlot(cluster, keys.of(id).hash))
    expect(await store.session(ids[0]).getItems()).toEqual([])
    expect(await store.getSessionInfo(ids[0])).toBeUndefined()
    expect(await store.deleteSession(ids[0])).toBe(false)
    await store.session(ids[0]).addItems([item('1')])
    await store.session(ids[0]).addItems([item('2')])
    expect(await store.session(ids[0]).getItems()).toEqual([item('1'), item('2')])
    const empty = store.session(ids[1])
    expect(await empty.getItems()).toEqual([])
    expect(await empty.popItem()).toBeUndefined()
    await empty.setMetadata({ b: 2 })
    expect(await empty.info()).toMatchObject({ itemCount: 0, metadata: { a: 1, b: 2 } })
    // A server takes no new keys of a slot that it gives away.
    await expect(empty.addItems([item('1')])).rejects.toMatchObject({
      code: 'SESSION_BUSY',
      retryable: true,
      ambiguous: false,
    })
    expect(await store.deleteSession(ids[1])).toBe(true)
    expect(await empty.info()).toBeUndefined()
    for (const slot of slots) await slot.finish()
    expect(await store.session(ids[0]).getItems()).toEqual([item('1'), item('2')])
    await store.deleteSession(ids[0])
  })
})

it('writes nothing under a lease that is on another server than the session', async () => {
  const store = new RedisStore({ client })
  const { hash, lease } = keys.of('held')
  await store.session('held').addItems([item('1')])
  const held = await store.session('held').acquire()
  const slot = await openSlot(cluster, hash)
  await slot.move(lease)
  await expect(held.session.addItems([item('2')])).rejects.toMatchObject({ code: 'SESSION_BUSY', ambiguous: false })
  await slot.finish()
  await held.session.addItems([item('3')])
  expect(await store.session('held').getItems()).toEqual([item('1'), item('3')])
  await held.release()
  await store.deleteSession('held')
})

it('leaves a session whose keys are on two servers as it is, and deletes all others', async () => {
  const store = new RedisStore({ client })
  const ids = ['torn 1', 'torn 2', 'torn 3']
  for (const id of ids) await store.session(id).addItems([item(id)])
  const { hash, list } = keys.of('torn 2')
  const slot = await openSlot(cluster, hash)
  await slot.move(list)
  const busy = { code: 'SESSION_BUSY', retryable: true, ambiguous: false }
  for (const write of [
    () => store.session('torn 2').addItems([item('lost')]),
    () => store.session('torn 2').popItem(),
    () => store.deleteSession('torn 2'),
    () => store.deleteSessions({ prefix: 'torn' }),
  ]) {
    await expect(write()).rejects.toMatchObject(busy)
  }
  expect(await store.session('torn 2').getItems()).toEqual([item('torn 2')])
  expect(
    (await collect(store.listSessions({ prefix: 'torn' }))).map(({ sessionId, itemCount }) => [sessionId, itemCount]),
  ).toEqual([['torn 2', 1]])
  await slot.finish()
  expect(await store.deleteSessions({ prefix: 'torn' })).toBe(1)
})

it('lists every session, once, while all of them move from one server to another', async () => {
  const store = new RedisStore({ client })
  const ids = Array.from({ length: 60 }, (_, index) => `listed ${index}`)
  await Promise.all(ids.map((id) => store.session(id).addItems([item(id)])))
  let isListing = true
  const moving = (async () => {
    for (const id of ids) {
      if (!isListing) return
      await (await openSlot(cluster, keys.of(id).hash)).finish()
    }
  })()
  let rounds = 0
  for (; rounds < 5; rounds++) {
    const listed = await collect(store.listSessions({ prefix: 'listed' }))
    expect(listed.map(({ sessionId }) => sessionId).toSorted()).toEqual(ids.toSorted())
  }
  isListing = false
  await moving
  expect(await store.deleteSessions({ prefix: 'listed' })).toBe(ids.length)
})
