import { beforeEach, describe, expect, it } from 'vitest'
import { type EntryQuery, MemoryStore, type RecordEntryPage, type StoredSession } from '../src/index.ts'
import { ManualClock } from '../src/testing/index.ts'

type Item = Record<string, unknown>

const message = (content: string): Item => ({ role: 'user', content })
const call = (callId: string, args = '{}'): Item => ({ type: 'function_call', callId, name: 'tool', arguments: args })

/** Remembers what it was asked to read. */
class ReadingStore extends MemoryStore {
  readonly reads: unknown[] = []

  protected override _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    this.reads.push({ limit })
    return super._read(sessionId, limit)
  }

  protected override _entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
    this.reads.push(query)
    return super._entries(sessionId, query)
  }
}

describe('items that are written again', () => {
  let clock: ManualClock
  let store: ReadingStore
  let session: StoredSession<Item>
  let begun = 0

  /** One item a second, then ten seconds. */
  async function hold(...items: Item[]): Promise<void> {
    for (const item of items) {
      await session.addItems([item])
      clock.advance(1_000)
    }
    clock.advance(10_000)
  }

  async function seconds(): Promise<number[]> {
    const { entries } = await session.page()
    return entries.map(({ createdAt }) => ((createdAt?.getTime() ?? 0) - begun) / 1_000)
  }

  beforeEach(() => {
    clock = new ManualClock()
    begun = clock.now()
    store = new ReadingStore({ clock })
    session = store.session<Item>('s')
  })

  it('keep their time through mutations, and what was changed is not later than what follows', async () => {
    await hold(message('a'), call('1'), message('b'), call('2'))
    const mutations = ['1', '2'].map((id) => ({
      type: 'replace_function_call' as const,
      callId: id,
      replacement: call(id, '{"x":1}'),
    }))
    const ids = (await session.page()).entries.map(({ id }) => id)
    await session.applyHistoryMutations({ mutations })
    expect(await seconds()).toEqual([0, 2, 2, 14])
    expect((await session.page()).entries[0]?.id).toBe(ids[0])
  })

  it('keep their time through a replaced suffix, and their entry where it begins with the same', async () => {
    await hold(message('a'), message('b'), message('c'), message('d'))
    const ids = (await session.page()).entries.map(({ id }) => id)
    const expectedSuffix = [message('b'), message('c'), message('d')]
    const replacement = [message('b'), message('x'), message('d')]
    const transaction = { type: 'replace_suffix' as const, expectedSuffix, replacement }
    await session.applyHistoryTransaction({ operationId: 'op', transaction })
    await session.applyHistoryTransaction({ operationId: 'op', transaction })
    expect(await session.getItems()).toEqual([message('a'), ...replacement])
    expect(await seconds()).toEqual([0, 1, 3, 3])
    expect((await session.page()).entries.slice(0, 2).map(({ id }) => id)).toEqual(ids.slice(0, 2))
  })

  it('cost a transaction that keeps nothing no read', async () => {
    await hold(message('a'), message('b'))
    store.reads.length = 0
    const transaction = {
      type: 'replace_suffix' as const,
      expectedSuffix: [message('b')],
      replacement: [message('x'), message('y')],
    }
    await session.applyHistoryTransaction({ operationId: 'op', transaction })
    expect(store.reads).toEqual([])
  })

  it('keep their time through compaction, which reads no more than it may keep', async () => {
    await hold(message('a'), message('b'), message('c'), message('d'))
    store.reads.length = 0
    await session.replaceHistoryWithCompaction([{ type: 'compaction' }, message('c'), message('d')])
    expect(store.reads).toEqual([{ limit: 3 }])
    expect(await seconds()).toEqual([2, 2, 3])
  })

  it('keep their time through replaceItems, equal ones each their own', async () => {
    await hold(message('a'), message('b'), message('b'), message('c'))
    await session.replaceItems([message('x'), message('b'), message('b'), message('new')])
    expect(await seconds()).toEqual([1, 1, 2, 14])
  })
})
