import { MemoryStore } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { EncryptedStore, type EncryptionOptions } from '@sessions/encrypted'
import { describe, expect, it } from 'vitest'
import { failure, item } from './support/failure.ts'
import { testKey } from './support/keys.ts'

const start = Date.UTC(2026, 0, 1)

function setUp(): { memory: MemoryStore; clock: ManualClock; open: (options?: EncryptionOptions) => EncryptedStore } {
  const [memory, clock] = [new MemoryStore(), new ManualClock(start)]
  const open = (options: EncryptionOptions = {}): EncryptedStore => {
    return new EncryptedStore({ store: memory, encryptionKey: testKey(), ttl: 60, clock, ...options })
  }
  return { memory, clock, open }
}

describe.each(['sessions', 'python'] as const)('an item ttl in the format %s', (format) => {
  it('hides an expired item from every read, and counts it towards no limit', async () => {
    const { clock, open } = setUp()
    const session = open({ format }).session('a')
    await session.addItems([item('1'), item('2')])
    clock.advance(40_000)
    await session.addItems([item('3'), item('4'), item('5')])
    clock.advance(format === 'python' ? 20_999 : 19_999)
    expect(await session.getItems(), 'not a millisecond too early').toHaveLength(5)
    clock.advance(1)
    expect(await session.getItems()).toEqual([item('3'), item('4'), item('5')])
    expect(await session.getItems(4)).toEqual([item('3'), item('4'), item('5')])
    expect(await session.getItems(2)).toEqual([item('4'), item('5')])
    const iterated = []
    for await (const one of session.items({ pageSize: 1 })) iterated.push(one)
    expect(iterated).toHaveLength(3)
    clock.advance(41_000)
    expect(await session.getItems()).toEqual([])
    expect(await session.getItems(1)).toEqual([])
    expect(await session.popItem()).toBeUndefined()
    expect((await session.info())?.itemCount, 'still stored').toBe(5)
  })

  it('refuses an item from more than 60 s ahead, and one from less it does not', async () => {
    const { memory, clock, open } = setUp()
    await open({ format })
      .session('a')
      .addItems([item('1')])
    clock.advance(-60_000)
    expect(await open({ format }).session('a').getItems()).toHaveLength(1)
    clock.advance(-1)
    const error = await failure(() => open({ format }).session('a').getItems())
    expect(error).toMatchObject({ code: 'SESSION_CLOCK_SKEW', retryable: true })
    expect(error.message).toMatch(/written 61 s after the time of this machine/)
    expect(await memory.records.read('a')).toHaveLength(1)
  })
})

it('lets each reader decide by its own ttl, and takes nothing from another', async () => {
  const { clock, open, memory } = setUp()
  const [short, long] = [open().session('a'), open({ ttl: 3_600 }).session('a')]
  const call = { type: 'function_call', callId: 'c', name: 'f', arguments: '{}', status: 'completed' } as const
  await short.addItems([call, item('old')])
  clock.advance(50_000)
  // A replaced item is a new one, in the place of the old.
  await short.applyHistoryMutations({
    mutations: [{ type: 'replace_function_call', callId: 'c', replacement: { ...call, arguments: '{"a":1}' } }],
  })
  clock.advance(20_000)
  expect(await short.getItems()).toEqual([{ ...call, arguments: '{"a":1}' }])
  expect(await long.getItems()).toHaveLength(2)
  expect(await short.getItems(1), 'beyond what is expired').toHaveLength(1)
  expect(await short.popItem()).toMatchObject({ callId: 'c' })
  expect(await long.getItems(), 'what is expired for one is there for the other').toEqual([item('old')])
  await short.applyHistoryTransaction({
    operationId: 'op',
    transaction: { type: 'replace_suffix', expectedSuffix: [], replacement: [item('new')] },
  })
  await short.applyHistoryTransaction({
    operationId: 'op 2',
    transaction: { type: 'replace_suffix', expectedSuffix: [item('new')], replacement: [item('newer')] },
  })
  expect(await long.getItems()).toEqual([item('old'), item('newer')])
  await short.replaceHistoryWithCompaction([item('summary')])
  expect(await long.getItems(), 'compaction replaces all').toEqual([item('summary')])
  expect(await memory.records.read('a')).toHaveLength(1)
})

it('takes no new item for an old one that says the same and is expired', async () => {
  const { clock, open } = setUp()
  const session = open().session('a')
  const call = { type: 'function_call', callId: 'c', name: 'f', arguments: '{}', status: 'completed' } as const
  await session.addItems([call, item('same')])
  clock.advance(50_000)
  const replacement = { ...call, arguments: '{"a":1}' }
  await session.applyHistoryMutations({ mutations: [{ type: 'replace_function_call', callId: 'c', replacement }] })
  clock.advance(20_000)
  const transaction = { type: 'replace_suffix', expectedSuffix: [replacement], replacement: [item('same')] } as const
  await session.applyHistoryTransaction({ operationId: 'op', transaction })
  expect(await session.getItems()).toEqual([item('same')])
})

it('is purged in one write: what is expired goes, the rest stays byte for byte', async () => {
  const { clock, open, memory } = setUp()
  const store = open()
  const session = store.session('a')
  await session.setMetadata({ userId: 'u1' })
  await session.addItems([item('1'), item('2')])
  clock.advance(50_000)
  await session.addItems([item('3')])
  await store.session('b').addItems([item('fresh')])
  const [, , kept] = await memory.records.read('a')
  clock.advance(20_000)
  expect(await store.purgeExpired(), 'no whole session').toBe(0)
  expect(await memory.records.read('a')).toEqual([kept])
  expect(await session.info()).toMatchObject({ itemCount: 1, metadata: { userId: 'u1' } })
  expect(await store.purgeItems(), 'again').toEqual({ sessions: 0, items: 0 })
  clock.advance(60_000)
  expect(await store.purgeItems()).toEqual({ sessions: 2, items: 2 })
  expect(await open({ ttl: 10_000 }).session('a').getItems()).toEqual([])
})

it('needs no key to delete old sessions: deleteSessions opens nothing', async () => {
  const { clock, open, memory } = setUp()
  await open()
    .session('a')
    .addItems([item('1')])
  clock.advance(100_000)
  const wrong = open({ encryptionKey: testKey(1) })
  expect((await failure(() => wrong.purgeExpired())).code).toBe('SESSION_DECRYPT_FAILED')
  expect(await memory.records.read('a'), 'what cannot be read is not purged').toHaveLength(1)
  expect(await wrong.deleteSessions({ prefix: 'a' })).toBe(1)
})

it('does not matter to who has none: neither old nor future items', async () => {
  const { clock, open } = setUp()
  await open()
    .session('a')
    .addItems([item('1')])
  const { store, ...rest } = { store: open(), encryptionKey: testKey() }
  clock.advance(-1_000_000)
  const forever = new EncryptedStore({ store: setUp().memory, ...rest, clock })
  await forever.session('b').addItems([item('1')])
  clock.advance(10 ** 12)
  expect(await forever.session('b').getItems()).toEqual([item('1')])
  expect(await store.session('a').getItems()).toEqual([])
})
