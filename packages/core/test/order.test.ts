import { setTimeout as wait } from 'node:timers/promises'
import { type CommitResult, type HistoryChange, type ItemCodec, MemoryStore, type SessionInfo } from '@sessions/core'
import { describe, expect, it } from 'vitest'
import { Turns } from '../src/store/turns.ts'

type Item = { n: number }

/** A store with many connections: the more there is under way, the sooner the newest call is done. */
class Overtaking extends MemoryStore {
  calls: string[] = []
  #next = 6

  protected override async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    await this.#travel('read')
    return super._read(sessionId, limit)
  }
  protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    await this.#travel('commit')
    if (change.append?.includes('{"n":-1}')) throw new Error('refused')
    return super._commit(sessionId, change)
  }
  protected override async _info(sessionId: string): Promise<SessionInfo | undefined> {
    await this.#travel('info')
    return super._info(sessionId)
  }
  protected override async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean | 'lost'> {
    await this.#travel('delete')
    return super._delete(sessionId, unchangedSince)
  }

  async #travel(call: string): Promise<void> {
    this.calls.push(call)
    this.#next = Math.max(this.#next - 1, 0)
    for (let turn = this.#next; turn > 0; turn--) await wait(1)
  }
}

/** The first records take longest, as with encryption, where long texts are another cipher's. */
const slowFirst: ItemCodec<Item> = {
  encode: async (item) => {
    await wait(item.n === 0 ? 5 : 0)
    return JSON.stringify(item)
  },
  decode: (record) => JSON.parse(record),
}

describe.each([
  ['a store that overtakes', () => new Overtaking().session<Item>('a')],
  ['a codec that overtakes', () => new MemoryStore().session<Item>('a', { codec: slowFirst })],
])('calls of one handle, over %s', (_, open) => {
  it('take effect in the order in which they were made', async () => {
    const session = open()
    const results = [
      session.addItems([{ n: 0 }]),
      session.addItems([{ n: 1 }]),
      session.getItems(),
      session.popItem(),
      session.info(),
      session.setMetadata({ k: 1 }),
      session.replaceHistoryWithCompaction([{ n: 2 }]),
      session.applyHistoryTransaction({
        operationId: 'o',
        transaction: { type: 'replace_suffix', expectedSuffix: [{ n: 2 }], replacement: [{ n: 3 }] },
      }),
      session.getItems(),
      session.clearSession(),
      session.addItems([{ n: 4 }]),
      session.getItems(),
    ]
    const [, , read, popped, info, , , , replaced, , , last] = await Promise.all(results)
    expect([read, popped, replaced, last]).toEqual([[{ n: 0 }, { n: 1 }], { n: 1 }, [{ n: 3 }], [{ n: 4 }]])
    expect(info).toMatchObject({ itemCount: 1 })
    expect((info as SessionInfo).metadata).toBeUndefined()
  })
})

it('goes on in order after a call that failed', async () => {
  const session = new Overtaking().session<Item>('a')
  const results = await Promise.allSettled([
    session.addItems([{ n: 0 }]),
    session.addItems([{ n: -1 }]),
    session.addItems([{ n: 1n as never }]),
    session.addItems([{ n: 1 }]),
    session.getItems(),
  ])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled'])
  expect(results.at(-1)).toMatchObject({ value: [{ n: 0 }, { n: 1 }] })
})

it('holds no other handle up, and no walk through the items', async () => {
  const store = new MemoryStore()
  const [held, free] = [store.session<Item>('a', { codec: neverWrites() }), store.session<Item>('a')]
  await free.addItems([{ n: 1 }])
  const stuck = held.addItems([{ n: 2 }])
  expect(await free.getItems()).toEqual([{ n: 1 }])
  for await (const item of held.items()) expect(item).toEqual({ n: 1 })
  expect(await held.getSessionId()).toBe('a')
  release()
  await stuck
})

let release = (): void => {}
function neverWrites(): ItemCodec<Item> {
  const { promise, resolve } = Promise.withResolvers<void>()
  release = resolve
  return { encode: (item) => promise.then(() => JSON.stringify(item)), decode: (record) => JSON.parse(record) }
}

it('does all that was called before the store was closed, also what still had to wait', async () => {
  const store = new Overtaking()
  const session = store.session<Item>('a')
  const calls = [session.addItems([{ n: 1 }]), session.addItems([{ n: 2 }]), session.popItem(), session.info()]
  const closed = store.close()
  await expect(session.addItems([{ n: 3 }])).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
  await expect(store.session('a').getItems()).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
  expect(await Promise.all(calls)).toEqual([undefined, undefined, { n: 2 }, expect.objectContaining({ itemCount: 1 })])
  await closed
})

it('costs no call of the store more, and a lone call no turn', async () => {
  const store = new Overtaking()
  const session = store.session<Item>('a')
  const begun = session.addItems([{ n: 1 }])
  await store.getSessionInfo('b')
  store.calls.length = 0
  await begun
  const next = session.addItems([{ n: 2 }])
  expect(store.calls, 'it begins in the tick of its caller').toEqual(['commit'])
  await next
  await session.getItems()
  await session.popItem()
  expect(store.calls).toEqual(['commit', 'read', 'commit'])
})

describe('a write that depends on what was read', () => {
  /** What `attempts` conflicts come to, without waiting for any clock. */
  const patience = (): { now: () => number; pause: (ms: number) => Promise<void>; pauses: number[] } => {
    const pauses: number[] = []
    let time = 0
    const pause = async (ms: number): Promise<void> => {
      pauses.push(ms)
      time += ms
    }
    return { now: () => time, pause, pauses }
  }

  it('is given up after ten seconds of ever longer pauses, not after a storm of attempts', async () => {
    const given = patience()
    let attempts = 0
    const conflict = async (): Promise<CommitResult> => {
      attempts++
      return { status: 'conflict' }
    }
    const modified = new Turns(given).modify('a', conflict, () => true)
    await expect(modified).rejects.toMatchObject({ code: 'SESSION_BUSY', retryable: true, ambiguous: false })
    expect(given.now()).toBeGreaterThanOrEqual(10_000)
    expect(Math.max(...given.pauses)).toBeLessThanOrEqual(64)
    expect(attempts).toBeGreaterThan(150)
    expect(attempts).toBeLessThan(700)
  })

  it('is given up as soon as nobody wants it any more', async () => {
    const store = new MemoryStore()
    const controller = new AbortController()
    let attempts = 0
    const conflict = async (): Promise<CommitResult> => {
      if (++attempts === 6) controller.abort()
      return { status: 'conflict' }
    }
    const { signal } = controller
    await expect(store.records.modify('a', conflict, { signal })).rejects.toMatchObject({ code: 'SESSION_BUSY' })
    expect(attempts).toBe(6)
    const losing = store.records.modify('a', async () => {
      await wait(0)
      attempts++
      return { status: 'conflict' }
    })
    void store.close()
    await expect(losing).rejects.toMatchObject({ code: 'SESSION_BUSY' })
    expect(attempts).toBe(10)
  })

  it('gets its turn beside writers of the same process that never stop, and all others theirs', async () => {
    const store = new MemoryStore()
    let wanted = true
    let written = 0
    const writers = Array.from({ length: 4 }, async () => {
      const writer = store.session<Item>('a')
      while (wanted) {
        await writer.addItems([{ n: 1 }])
        written++
        await wait(0)
      }
    })
    let attempts = 0
    const slow: ItemCodec<Item> = {
      encode: (item) => JSON.stringify(item),
      decode: async (record) => {
        attempts++
        await wait(5)
        return JSON.parse(record)
      },
    }
    await wait(5)
    const [one, two] = [store.session<Item>('a', { codec: slow }), store.session<Item>('a', { codec: slow })]
    const popped = await Promise.all([one.popItem(), two.popItem(), one.popItem()])
    expect(popped).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }])
    expect(attempts).toBeLessThan(30)
    const before = written
    await wait(5)
    expect(written, 'the writers go on').toBeGreaterThan(before)
    wanted = false
    await Promise.all(writers)
    expect(await store.session('a').getItems()).toHaveLength(written - 3)
  })

  it('decodes and encodes again only what is new', async () => {
    const store = new MemoryStore()
    const seen: string[] = []
    let others = 3
    const counting: ItemCodec<Record<string, unknown>> = {
      encode: (item) => {
        seen.push('encode')
        return JSON.stringify(item)
      },
      decode: async (record) => {
        seen.push('decode')
        if (record.includes('"c"') && others-- > 0) await store.records.commit('a', { append: [`{"other":${others}}`] })
        return JSON.parse(record)
      },
    }
    const call = { type: 'function_call', callId: 'c' }
    await store.records.commit('a', {
      append: [...Array.from({ length: 50 }, (_, n) => `{"n":${n}}`), JSON.stringify(call)],
    })
    others = 1
    await store.session<Record<string, unknown>>('a', { codec: counting }).applyHistoryMutations({
      mutations: [{ type: 'replace_function_call', callId: 'c', replacement: { ...call, done: true } }],
    })
    expect(seen.filter((what) => what === 'encode')).toHaveLength(1)
    expect(
      seen.filter((what) => what === 'decode'),
      '51 and the one that came between',
    ).toHaveLength(52)
    expect(await store.records.read('a', 2)).toEqual([JSON.stringify({ ...call, done: true }), '{"other":0}'])
  })
})
