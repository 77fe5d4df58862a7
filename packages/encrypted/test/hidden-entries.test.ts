import { MemoryStore } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { EncryptedStore, type EncryptionOptions } from '@sessions/encrypted'
import { expect, it } from 'vitest'
import { failure, item } from './support/failure.ts'
import { testKey } from './support/keys.ts'

/** Items that live for a minute, written `count` at a time, 10 s after each other. */
async function setUp(...counts: number[]): Promise<{
  memory: MemoryStore
  clock: ManualClock
  store: EncryptedStore
  open(o?: EncryptionOptions): EncryptedStore
}> {
  const clock = new ManualClock(Date.UTC(2026, 0, 1))
  const memory = new MemoryStore({ clock })
  const open = (options: EncryptionOptions = {}): EncryptedStore =>
    new EncryptedStore({ store: memory, encryptionKey: testKey(), ttl: 60, clock, ...options })
  const store = open()
  let number = 0
  for (const count of counts) {
    await store.session('a').addItems(Array.from({ length: count }, () => item(`${number++}`)))
    clock.advance(10_000)
  }
  return { memory, clock, store, open }
}

const contents = (entries: readonly { item: unknown }[]): unknown[] => entries.map(({ item: one }) => one)
const items = (from: number, to: number): ReturnType<typeof item>[] =>
  Array.from({ length: to - from }, (_, index) => item(`${from + index}`))

it('fills a page with what is left, and says truly whether there is more', async () => {
  const { clock, store } = await setUp(30, 4, 3)
  const session = store.session('a')
  const all = (await session.page()).entries
  clock.advance(30_000)
  expect(contents((await session.page()).entries), 'the first 30 have expired').toEqual(items(30, 37))
  expect(await session.page()).not.toHaveProperty('older')
  const newest = await session.page({ limit: 3 })
  expect(contents(newest.entries)).toEqual(items(34, 37))
  const before = await session.page({ limit: 4, before: newest.older ?? '' })
  expect(contents(before.entries)).toEqual(items(30, 34))
  expect(before, 'what is older has expired').not.toHaveProperty('older')
  expect(before.newer).toBe(all[33]?.id)
  const after = await session.page({ limit: 4, after: all[5]?.id ?? '' })
  expect(contents(after.entries), 'over 24 that have expired').toEqual(items(30, 34))
  expect(after).not.toHaveProperty('older')
  expect(after.newer).toBe(all[33]?.id)
  clock.advance(10_000)
  expect(contents((await session.page({ limit: 50, before: all[35]?.id ?? '' })).entries)).toEqual([item('34')])
  clock.advance(60_000)
  expect(await session.page({ after: all[1]?.id ?? '' })).toEqual({ entries: [] })
  expect(await session.page()).toEqual({ entries: [] })
})

it('keeps ids and times of entries when keys are changed and expired ones are removed', async () => {
  const { memory, clock } = await setUp()
  const [old, current] = [
    { id: 'a', key: testKey() },
    { id: 'b', key: testKey(1) },
  ]
  const before = new EncryptedStore({ store: memory, keys: [old], ttl: 60, clock })
  await before.session('a').addItems(items(0, 2))
  clock.advance(10_000)
  await before.session('a').addItems(items(2, 4))
  const { entries } = await before.session('a').page()
  const store = new EncryptedStore({ store: memory, keys: [current, old], ttl: 60, clock })
  expect(await store.rotateKeys()).toMatchObject({ items: 4 })
  expect((await store.session('a').page()).entries).toEqual(entries)
  clock.advance(50_000)
  expect(await store.purgeItems()).toMatchObject({ items: 2 })
  expect((await store.session('a').page()).entries).toEqual(entries.slice(2))
})

it('rewinds, replaces and updates a list over entries that have expired, and takes only what can be seen', async () => {
  const { memory, clock, store } = await setUp(2, 2)
  const session = store.session('a')
  const ids = (await session.page()).entries.map(({ id }) => id)
  clock.advance(40_000)
  expect(await session.rewind({ turns: 5 })).toEqual(items(2, 4))
  expect(await memory.records.read('a'), 'what has expired is not for a rewind').toHaveLength(2)
  await failure(() => session.rewind({ entry: ids[0] ?? '' }))
  expect(await session.replaceItems(items(5, 7), { expectNewest: null })).toEqual({ kept: 0, removed: 0, added: 2 })
  const newest = (await session.page()).entries.at(-1)?.id ?? ''
  expect(await session.replaceItems(items(5, 6), { expectNewest: newest })).toEqual({ kept: 1, removed: 1, added: 0 })
  expect((await failure(() => session.replaceItems([], { expectNewest: newest }))).code).toBe('SESSION_CONFLICT')
  clock.advance(60_000)
  expect((await failure(() => session.replaceItems([], { expectNewest: ids[3] ?? '' }))).code).toBe('SESSION_CONFLICT')
  expect(await session.replaceItems(items(8, 9))).toEqual({ kept: 0, removed: 0, added: 1 })
  expect(await session.getItems()).toEqual(items(8, 9))
})

it('forks what can be seen, sealed for its new id, each item with the times that it had', async () => {
  const { memory, clock, store, open } = await setUp(2, 2)
  const { entries } = await store.session('a').page()
  clock.advance(40_000)
  await store.forkSession('a', 'b')
  const fork = store.session('b')
  const copied = (await fork.page()).entries
  expect(copied.map(({ item: one, createdAt }) => [one, createdAt])).toEqual(
    entries.slice(2).map(({ item: one, createdAt }) => [one, createdAt]),
  )
  const envelopes = await memory.records.read('a')
  expect(envelopes).not.toEqual(expect.arrayContaining(await memory.records.read('b')))
  clock.advance(9_999)
  expect(await fork.getItems()).toHaveLength(2)
  clock.advance(1)
  expect(await fork.getItems(), 'their time is that of the source').toEqual([])
  expect(await open({ ttl: 600 }).session('b').getItems()).toHaveLength(2)
  expect((await failure(() => store.forkSession('a', 'b'))).code).toBe('SESSION_EXISTS')
})

it('says of a watched history that it was rewritten when an item expires, and not before', async () => {
  const { clock, store } = await setUp(2, 2)
  const watch = store.session('a').watch({ after: null })[Symbol.asyncIterator]()
  expect(await watch.next()).toMatchObject({ value: { type: 'added', entries: [{}, {}, {}, {}] } })
  await store.session('a').addItems(items(4, 5))
  expect(await watch.next()).toMatchObject({ value: { type: 'added', entries: [{ item: item('4') }] } })
  clock.advance(40_000)
  expect(await watch.next(), 'two of those that were given have expired').toMatchObject({
    value: { type: 'rewritten' },
  })
  await store.session('a').addItems(items(5, 6))
  expect(await watch.next()).toMatchObject({ value: { type: 'added', entries: [{ item: item('5') }] } })
  await store.close()
  expect((await watch.next()).done).toBe(true)
})

it('refuses a page with an envelope that stands there twice, or that cannot be opened, unless it is to be left out', async () => {
  const { memory, store } = await setUp(3)
  const [first = ''] = await memory.records.read('a')
  await memory.records.commit('a', { append: [first] })
  for (const call of ['page', 'turns'] as const) {
    const error = await failure(() => store.session('a')[call]())
    expect(error.code).toBe('SESSION_REPLAYED')
    expect(error.message).toMatch(/^The entry \S+ cannot be decrypted/)
  }
  expect((await failure(() => store.forkSession('a', 'b'))).code).toBe('SESSION_REPLAYED')
  expect((await failure(() => store.session('a').rewind({ turns: 1 }))).code).toBe('SESSION_REPLAYED')
  await memory.records.commit('a', { append: ['{"planted":true}'] })
  const skipping = store.session('a', { onCorrupt: 'skip' })
  expect(contents((await skipping.page({ limit: 3 })).entries)).toEqual(items(0, 3))
  await skipping.addItems(items(3, 4))
  expect(contents((await skipping.page({ limit: 2 })).entries)).toEqual(items(2, 4))
  expect((await failure(() => skipping.rewind({ turns: 4 }))).code).toBe('SESSION_PLAINTEXT_REFUSED')
  expect(await memory.records.read('a')).toHaveLength(6)
})
