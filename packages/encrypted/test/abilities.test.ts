import { MemoryStore, partsOf, type SessionErrorCode, StoredSession } from '@sessions/core'
import { addUsage, usageOf } from '@sessions/core/usage'
import { EncryptedSession, EncryptedStore } from '@sessions/encrypted'
import { expect, it } from 'vitest'
import { failure, item } from './support/failure.ts'
import { testKey } from './support/keys.ts'
import { PlainSession } from './support/plain-session.ts'

const encryptionKey = testKey()
const wrap = (memory: MemoryStore): EncryptedSession =>
  new EncryptedSession({ underlyingSession: memory.session('a'), encryptionKey })
const codeOf = async (work: () => Promise<unknown>): Promise<SessionErrorCode> => (await failure(work)).code

it('refuses over a session of anybody else what that cannot do, and changes nothing', async () => {
  const underlyingSession = new PlainSession('a')
  const session = new EncryptedSession({ underlyingSession, encryptionKey })
  await session.addItems([item('1')])
  const before = structuredClone(underlyingSession.items)
  let worked = false
  const work = (): void => {
    worked = true
  }
  const calls = [
    () => session.page(),
    () => session.turns(),
    () => session.rewind({ turns: 1 }),
    () => session.replaceItems([]),
    () => session.updateMetadata(() => ({ a: 1 })),
    () => session.exclusive(work),
    () => session.acquire(),
    () => session.watch()[Symbol.asyncIterator]().next(),
    () => session.watch({ after: null })[Symbol.asyncIterator]().next(),
  ]
  for (const call of calls) expect(await codeOf(async () => call()), String(call)).toBe('SESSION_UNSUPPORTED')
  expect(worked).toBe(false)
  expect(underlyingSession.items).toEqual(before)
})

it('has the default limit of the session that it wraps, or its own, and reads all where it changes something', async () => {
  class Subclass extends StoredSession {
    override async addItems(items: Parameters<StoredSession['addItems']>[0]): Promise<void> {
      await super.addItems(items)
    }
  }
  const items = ['1', '2', '3', '4'].map(item)
  const memory = new MemoryStore()
  for (const underlyingSession of [memory.session('a', { limit: 2 }), new Subclass(memory, 'b', { limit: 2 })]) {
    const session = new EncryptedSession({ underlyingSession, encryptionKey })
    await session.addItems(items)
    expect(await session.getItems()).toEqual(items.slice(-2))
    expect(await session.getItems(3)).toEqual(items.slice(-3))
    const other = new EncryptedSession({ underlyingSession, encryptionKey, limit: 3, cache: false })
    expect(await other.getItems()).toEqual(items.slice(-3))
    await session.replaceHistoryWithCompaction?.(items.slice(1))
    expect(await session.getItems(9)).toEqual(items.slice(1))
    expect(await session.getItems()).toEqual(items.slice(-2))
  }
})

it('fences the writes of a held session, whichever handle and wrapper takes the session over', async () => {
  const memory = new MemoryStore()
  const store = new EncryptedStore({ store: memory, encryptionKey })
  const handles = [
    wrap(memory),
    store.session('a'),
    store.session('a', { onCorrupt: 'skip' }),
    new EncryptedSession({ underlyingSession: memory.session('a'), encryptionKey, onCorrupt: 'skip' }),
  ]
  await store.session('a').addItems([item('1'), item('2')])
  for (const handle of handles) {
    const held = await handle.acquire()
    await held.session.addItems([item('3')])
    expect(await held.session.popItem()).toEqual(item('3'))
    expect(await codeOf(() => wrap(memory).acquire({ whenBusy: 'reject' }))).toBe('SESSION_IN_USE')
    expect(await codeOf(() => memory.session('a').acquire({ waitMs: 5 }))).toBe('SESSION_IN_USE')
    const newer = await memory.session('a').acquire({ whenBusy: 'takeOver' })
    expect(held.signal.aborted, 'a holder of this process learns of it at once').toBe(true)
    const { session } = held
    const transaction = { type: 'replace_suffix', expectedSuffix: [item('2')], replacement: [] } as const
    const writes: (() => Promise<unknown> | undefined)[] = [
      () => session.addItems([item('4')]),
      () => session.popItem(),
      () => session.clearSession(),
      () => session.rewind({ turns: 1 }),
      () => session.replaceItems([]),
      () => session.updateMetadata(() => ({ a: 1 })),
      () => session.setMetadata?.({ a: 1 }),
      () => session.delete?.(),
      () => session.replaceHistoryWithCompaction?.([]),
      () => session.applyHistoryTransaction?.({ operationId: 'op', transaction }),
      () =>
        session.applyHistoryTransaction?.({ operationId: 'op', transaction: { ...transaction, expectedSuffix: [] } }),
    ]
    for (const write of writes) expect(await codeOf(async () => write()), String(write)).toBe('SESSION_LEASE_LOST')
    expect(await session.getItems(), 'reads go on').toEqual([item('1'), item('2')])
    await newer.release()
    await held.release()
  }
})

it('lets in one at a time, in order of arrival, through handles that know nothing of each other', async () => {
  const memory = new MemoryStore()
  const order: number[] = []
  const work = (index: number): Promise<void> =>
    wrap(memory).exclusive(async ({ session }) => {
      order.push(index)
      const count = (await session.getItems()).length
      await session.addItems([item(`${count}`)])
    })
  await Promise.all(Array.from({ length: 12 }, (_, index) => work(index)))
  expect(order).toEqual(Array.from({ length: 12 }, (_, index) => index))
  expect(await wrap(memory).getItems()).toEqual(order.map((index) => item(`${index}`)))
})

it('holds under the id that the items are stored under, also where they are bound to another', async () => {
  const memory = new MemoryStore()
  const session = new EncryptedSession({
    underlyingSession: memory.session('a'),
    sessionId: 'bound',
    encryptionKey,
    format: 'python',
  })
  await session.exclusive(async ({ session: held }) => {
    await held.addItems([item('1')])
    expect(held.sessionId).toBe('bound')
    expect(await memory.leaseOf('a')).toBeDefined()
    expect(await memory.leaseOf('bound')).toBeUndefined()
  })
  expect(await session.rewind({ turns: 1 })).toEqual([item('1')])
})

it('lets exclusive work finish when the session and the store beneath are closed meanwhile', async () => {
  for (const onCorrupt of ['throw', 'skip'] as const) {
    const memory = new MemoryStore()
    const session = new EncryptedSession({ underlyingSession: memory.session('a'), encryptionKey, onCorrupt })
    let closing: Promise<unknown> = Promise.resolve()
    let isClosed = false
    await session.exclusive(async ({ session: held }) => {
      await held.addItems([item('1')])
      closing = Promise.all([session.close(), memory.close()]).then(() => {
        isClosed = true
      })
      expect(await codeOf(() => session.addItems([item('2')]))).toBe('SESSION_CLOSED')
      await held.addItems([item('2')])
      expect(await held.popItem()).toEqual(item('2'))
      expect(await held.getItems()).toEqual([item('1')])
      expect(isClosed).toBe(false)
    })
    await closing
  }
})

it('hands out a session of its own class, of a subclass too, that passes for one of the SDK', async () => {
  class Mine extends EncryptedSession {
    readonly tag = 'mine'
    override async addItems(items: Parameters<EncryptedSession['addItems']>[0]): Promise<void> {
      await super.addItems(items.map((one) => ({ ...one, tag: this.tag })))
    }
  }
  const memory = new MemoryStore()
  const session = new Mine({ underlyingSession: memory.session('a'), encryptionKey })
  await session.exclusive(async ({ session: held }) => {
    expect(held).toBeInstanceOf(Mine)
    await held.addItems([item('1')])
    await held.exclusive(({ session: inner }) => inner.addItems([item('2')]), { whenBusy: 'reject' })
    expect(await held.rotateKeys()).toBe(0)
  })
  expect(await session.getItems()).toEqual([item('1'), item('2')].map((one) => ({ ...one, tag: 'mine' })))
})

it('watches what is written through any handle of the store, at once', async () => {
  const memory = new MemoryStore()
  const session = wrap(memory)
  const watch = session.watch({ after: null })[Symbol.asyncIterator]()
  for (const text of ['1', '2', '3']) {
    const next = watch.next()
    await wrap(memory).addItems([item(text)])
    expect(await next).toMatchObject({ value: { type: 'added', entries: [{ item: item(text) }] } })
  }
  const last = watch.next()
  await session.close()
  expect((await last).done).toBe(true)
})

it('refuses a session that is held: items of two forms would stand in one history', async () => {
  const memory = new MemoryStore()
  await memory.session('a').exclusive(async ({ session }) => {
    const wrapHeld = (): unknown => new EncryptedSession({ underlyingSession: session, encryptionKey })
    expect(wrapHeld).toThrow(/is held by exclusive/)
  })
})

it('goes past no method that a subclass of a session of ours overrides', async () => {
  const memory = new MemoryStore()
  const calls: string[] = []
  class Adding extends StoredSession {
    override async addItems(items: Parameters<StoredSession['addItems']>[0]): Promise<void> {
      calls.push('addItems')
      await super.addItems(items)
    }
  }
  class Rewinding extends StoredSession {
    override async rewind(to: Parameters<StoredSession['rewind']>[0]): ReturnType<StoredSession['rewind']> {
      calls.push('rewind')
      return await super.rewind(to)
    }
  }
  const adding = new EncryptedSession({ underlyingSession: new Adding(memory, 'a'), encryptionKey })
  await adding.addItems([item('1')])
  expect(calls).toEqual(['addItems'])
  const rewinding = new EncryptedSession({ underlyingSession: new Rewinding(memory, 'b'), encryptionKey })
  expect(await codeOf(() => rewinding.rewind({ turns: 1 }))).toBe('SESSION_UNSUPPORTED')
  expect(partsOf(new Adding(memory, 'a'))).toMatchObject({ store: memory, onCorrupt: 'throw' })
})

it('keeps the usage of runs, through a session and through a store, as the session beneath does', async () => {
  const memory = new MemoryStore()
  const usage = (inputTokens: number) => ({ requests: 1, inputTokens, outputTokens: 2 })
  const run = (inputTokens: number, model: string) => ({
    state: { usage: usage(inputTokens) },
    newItems: [],
    rawResponses: [{ usage: usage(inputTokens), output: [], providerData: { model } }],
  })
  const session = wrap(memory)
  const stored = new EncryptedStore({ store: memory, encryptionKey }).session('a')
  await addUsage(session, run(10, 'm'), { runId: '1' })
  await addUsage(stored, run(20, 'n'), { runId: '2' })
  await addUsage(session, run(15, 'm'), { runId: '1' })
  for (const each of [session, stored, memory.session('a')]) {
    const { inputTokens, models } = await usageOf(each)
    expect([inputTokens, models.m?.inputTokens, models.n?.inputTokens]).toEqual([35, 15, 20])
  }
})
