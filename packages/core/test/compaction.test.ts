import { describe, expect, it, vi } from 'vitest'
import { type CompactHistoryOptions, compactHistory } from '../src/history.ts'
import { MemoryStore, type SessionStore, type StoredSession } from '../src/index.ts'
import { FaultyStore, ManualClock } from '../src/testing/index.ts'
import { type Item, options, sessionOf, summary, turn, user } from './support/compaction.ts'

/** A store without places of records: writes name what they remove. */
class PlainStore extends FaultyStore {
  protected override _supports(): boolean {
    return false
  }
}

const stores: { name: string; open: () => SessionStore }[] = [
  { name: 'a store with places', open: () => new MemoryStore() },
  { name: 'a store without places', open: () => new PlainStore(new MemoryStore()) },
]

describe.each(stores)('compactHistory over $name', ({ open }) => {
  it('replaces what is older than the newest turns by its summary', async () => {
    const session = await sessionOf(open(), turn('a'), turn('b'), turn('c'))
    const summarize = vi.fn(() => [summary])
    expect(await compactHistory(session, options({ summarize }))).toEqual({ removed: 4, added: 1, kept: 2 })
    expect(summarize.mock.calls).toEqual([[[...turn('a'), ...turn('b')], { signal: expect.any(AbortSignal) }]])
    expect(await session.getItems()).toEqual([summary, ...turn('c')])
  })

  it('does nothing where it is not time, or nothing is old enough', async () => {
    const session = await sessionOf(open(), turn('a'), turn('b'))
    const summarize = vi.fn(() => [summary])
    const measure = async ({ content = '' }: Item): Promise<number> => content.length
    for (const given of [
      { when: async () => false },
      { when: undefined, maxItems: 4 },
      { when: undefined, maxTokens: 8, measure },
      { keepTurns: 2 },
      { keepTurns: 3 },
    ]) {
      expect(
        await compactHistory(session, { ...options({ summarize }), ...given } as never),
        JSON.stringify(given),
      ).toBe(undefined)
    }
    expect(summarize).not.toHaveBeenCalled()
    const due = { ...options(), when: undefined, maxTokens: 7, measure } as never
    expect(await compactHistory(session, due)).toMatchObject({ removed: 2 })
  })

  it('summarizes an earlier summary with the turns after it, not alone', async () => {
    const session = await sessionOf(open(), [summary], turn('a'))
    expect(await compactHistory(session, options())).toBe(undefined)
    await session.addItems(turn('b'))
    expect(await compactHistory(session, options())).toMatchObject({ removed: 3, kept: 2 })
  })

  it('keeps a call with its result, however many turns apart', async () => {
    const call = { type: 'function_call', callId: '1' }
    const result = { type: 'function_call_result', callId: '1' }
    const session = await sessionOf(open(), turn('a'), [...turn('b'), call], turn('c'), [user('d'), result])
    expect(await compactHistory(session, options())).toMatchObject({ removed: 2 })
    expect(await session.getItems()).toEqual([summary, ...turn('b'), call, ...turn('c'), user('d'), result])
  })

  it('keeps what is added while it summarizes, and after that', async () => {
    const session = await sessionOf(open(), turn('a'), turn('b'))
    const summarize = async (): Promise<Item[]> => {
      await session.addItems(turn('c'))
      return [summary]
    }
    expect(await compactHistory(session, options({ summarize }))).toEqual({ removed: 2, added: 1, kept: 4 })
    expect(await session.getItems()).toEqual([summary, ...turn('b'), ...turn('c')])
  })

  it.each([
    { what: 'was emptied', change: (session: StoredSession<Item>) => session.clearSession() },
    {
      what: 'was compacted',
      change: (session: StoredSession<Item>) => session.replaceHistoryWithCompaction([summary]),
    },
    {
      what: 'holds a call that was answered',
      change: (session: StoredSession<Item>) => session.addItems([{ type: 'function_call_result', callId: '1' }]),
    },
  ])('refuses where what it summarized $what meanwhile, and changes nothing', async ({ change }) => {
    const session = await sessionOf(open(), [...turn('a'), { type: 'function_call', callId: '1' }], turn('b'))
    let after: Item[] = []
    const summarize = async (): Promise<Item[]> => {
      await change(session)
      after = await session.getItems()
      return [summary]
    }
    await expect(compactHistory(session, options({ summarize }))).rejects.toMatchObject({
      code: 'SESSION_CONFLICT',
      operation: 'compactHistory',
      sessionId: 's',
    })
    expect(await session.getItems()).toEqual(after)
  })

  it('changes nothing where a function of the caller fails, and gives its error as it is', async () => {
    const session = await sessionOf(open(), turn('a'), turn('b'))
    const error = new Error('overloaded')
    const fail = (): never => {
      throw error
    }
    const failing = [{ summarize: fail }, { when: fail }, { when: undefined, maxTokens: 1, measure: fail }]
    for (const given of failing) {
      await expect(compactHistory(session, { ...options(), ...given } as never)).rejects.toBe(error)
    }
    const wrong = [
      { summarize: () => 'text' },
      { when: () => 'yes' },
      { when: undefined, maxTokens: 1, measure: () => '1' },
    ]
    for (const given of wrong) {
      await expect(compactHistory(session, { ...options(), ...given } as never)).rejects.toThrow(TypeError)
    }
    const unstorable = options({ summarize: () => [{ n: 1n }] as never })
    await expect(compactHistory(session, unstorable)).rejects.toMatchObject({ code: 'SESSION_ITEM_INVALID' })
    expect(await session.getItems()).toEqual([...turn('a'), ...turn('b')])
  })

  it('ends at once with the reason of its signal, which the summarizer gets, and changes nothing', async () => {
    const session = await sessionOf(open(), turn('a'), turn('b'))
    const controller = new AbortController()
    const released = Promise.withResolvers<Item[]>()
    const signals: AbortSignal[] = []
    const summarize: CompactHistoryOptions<Item>['summarize'] = (_items, { signal }) => {
      signals.push(signal)
      controller.abort(new Error('enough'))
      return released.promise
    }
    const compaction = compactHistory(session, options({ summarize, signal: controller.signal }))
    await expect(compaction).rejects.toThrow('enough')
    expect(signals[0]?.aborted).toBe(true)
    released.resolve([summary])
    await session.addItems(turn('c'))
    expect(await session.getItems()).toEqual([...turn('a'), ...turn('b'), ...turn('c')])
  })

  it('holds up no other call of the session', async () => {
    const session = await sessionOf(open(), turn('a'), turn('b'))
    const begun = Promise.withResolvers<void>()
    const released = Promise.withResolvers<Item[]>()
    const summarize = (): Promise<Item[]> => {
      begun.resolve()
      return released.promise
    }
    const compaction = compactHistory(session, options({ summarize }))
    await begun.promise
    await session.addItems(turn('c'))
    expect(await session.popItem()).toEqual(turn('c')[1])
    released.resolve([summary])
    await compaction
    expect(await session.getItems()).toEqual([summary, ...turn('b'), user('c?')])
  })
})

describe('compactHistory', () => {
  it('leaves what follows its time, and gives the summary that of what it stands for', async () => {
    const clock = new ManualClock()
    const session = await sessionOf(new MemoryStore({ clock }), turn('a'))
    const begun = clock.now()
    clock.advance(1_000)
    await session.addItems(turn('b'))
    clock.advance(1_000)
    await compactHistory(session, options())
    const { entries } = await session.page()
    expect(entries.map(({ createdAt }) => (createdAt?.getTime() ?? 0) - begun)).toEqual([0, 1_000, 1_000])
  })

  it('names what it removes, and does not send it', async () => {
    const store = new MemoryStore()
    const session = await sessionOf(store, turn('a'), turn('b'))
    const commits = vi.spyOn(store.records, 'commit')
    await compactHistory(session, options())
    expect(commits.mock.calls).toHaveLength(1)
    expect(commits.mock.calls[0]?.[1]).toMatchObject({ drop: 4, expectNewest: expect.any(String) })
    expect(JSON.stringify(commits.mock.calls)).not.toContain('a?')
  })

  it('refuses a history that it cannot read, whatever the session skips', async () => {
    const store = new MemoryStore()
    const session = store.session<Item>('s', { onCorrupt: 'skip' })
    await store.records.commit('s', { append: ['{'] })
    await session.addItems([...turn('a'), ...turn('b')])
    await expect(compactHistory(session, options())).rejects.toMatchObject({ code: 'SESSION_RECORD_CORRUPT' })
  })

  it('refuses sessions of others, and bad options, by name', async () => {
    const foreign = { getItems: async (): Promise<Item[]> => [] }
    await expect(compactHistory(foreign, options())).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
    const session = await sessionOf(new MemoryStore(), turn('a'))
    const bad: [object, string][] = [
      [{ keepTurns: undefined }, 'keepTurns'],
      [{ keepTurns: -1 }, 'keepTurns'],
      [{ summarize: 'x' }, 'summarize'],
      [{ maxItems: 3 }, 'one of when, maxItems and maxTokens'],
      [{ when: undefined }, 'one of when'],
      [{ when: undefined, maxTokens: 3 }, 'measure'],
      [{ when: undefined, maxItems: 1.5 }, 'maxItems'],
      [{ when: undefined, maxTokens: NaN, measure: () => 1 }, 'maxTokens'],
      [{ signal: {} }, 'signal'],
      [{ keepTurn: 1 }, 'keepTurn'],
    ]
    for (const [given, named] of bad) {
      await expect(compactHistory(session, { ...options(), ...given } as never)).rejects.toThrow(named)
    }
    expect(await session.getItems()).toEqual(turn('a'))
  })

  it('writes under the lease of the session that it is given', async () => {
    const store = new MemoryStore()
    const session = await sessionOf(store, turn('a'), turn('b'))
    const held = await session.acquire()
    const summarize = async (): Promise<Item[]> => {
      await (await session.acquire({ whenBusy: 'takeOver' })).release()
      return [summary]
    }
    const compaction = compactHistory(held.session, options({ summarize }))
    await expect(compaction).rejects.toMatchObject({ code: 'SESSION_LEASE_LOST' })
    expect(await session.getItems()).toEqual([...turn('a'), ...turn('b')])
  })
})
