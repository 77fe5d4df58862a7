import { inspect } from 'node:util'
import { MemorySession, MemoryStore, Session } from '@sessions/core'
import { describe, expect, it } from 'vitest'

type Item = Record<string, unknown>

const secret = 'a secret'
const failing = (): never => {
  throw new Error(secret)
}
const getter = (get: () => unknown): Item => Object.defineProperty({}, 'x', { get, enumerable: true })
const hidden = (object: object): object => Object.defineProperty(object, 'x', { value: 1, enumerable: false })

/** Bytes whose memory is gone. */
function detached(): Uint8Array {
  const bytes = new Uint8Array(8)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  return bytes
}

/** Bytes at the end of a buffer that shrank. */
function shrunk(): Uint8Array {
  const buffer = new ArrayBuffer(8, { maxByteLength: 8 })
  const bytes = new Uint8Array(buffer, 4, 4)
  buffer.resize(2)
  return bytes
}

/** Every way in for an item or metadata, and what its message calls it. */
const ways: [string, (session: ReturnType<MemoryStore['session']>, item: Item) => Promise<unknown>, string][] = [
  ['addItems', (session, item) => session.addItems([{}, item] as never), 'items[1]'],
  [
    'replaceHistoryWithCompaction',
    (session, item) => session.replaceHistoryWithCompaction([item] as never),
    'items[0]',
  ],
  [
    'append_items',
    (session, item) =>
      session.applyHistoryTransaction({
        operationId: 'o',
        transaction: { type: 'append_items', items: [item] as never },
      }),
    'transaction.items[0]',
  ],
  [
    'replace_suffix',
    (session, item) =>
      session.applyHistoryTransaction({
        operationId: 'o',
        transaction: { type: 'replace_suffix', expectedSuffix: [item] as never, replacement: [] },
      }),
    'transaction.expectedSuffix[0]',
  ],
  [
    'applyHistoryMutations',
    (session, item) =>
      session.applyHistoryMutations({
        mutations: [{ type: 'replace_function_call', callId: 'c', replacement: item as never }],
      }),
    'mutations[0].replacement',
  ],
  ['setMetadata', (session, item) => session.setMetadata(item as never), 'metadata'],
]

describe.each(ways)('%s', (_, write, at) => {
  it.each<[string, Item, string]>([
    ['a getter that throws', { deep: [getter(failing)] }, '.deep[0].x'],
    ['a property that is not enumerable', { deep: hidden({ y: 1 }) }, '.deep'],
    ['a hidden property of an array', { list: hidden([1]) as never }, '.list'],
    ['a key that is a symbol', { deep: { [Symbol('s')]: 1 } }, '.deep'],
    ['an array with a hole', { list: new Array(2) }, '.list'],
    ['an array with a hole and a property', { list: Object.assign(new Array(1), { y: 1 }) }, '.list[0]'],
    ['an array of a class', { list: new (class extends Array {})() }, '.list'],
    ['an array behind a Proxy', { list: new Proxy([1], {}) }, '.list'],
    ['an object behind a Proxy', { deep: new Proxy({}, {}) }, '.deep'],
    ['a Proxy that throws', { deep: new Proxy({}, { ownKeys: failing, getPrototypeOf: failing }) }, '.deep'],
    ['bytes that were transferred', { data: detached() }, '.data'],
    ['bytes of a buffer that shrank', { data: shrunk() }, '.data'],
    [
      'a typed array that says it is another',
      { data: Object.defineProperty(new Int8Array(1), Symbol.toStringTag, { value: 'Uint8Array' }) },
      '.data',
    ],
  ])('refuses %s, and says where', async (_, item, path) => {
    const store = new MemoryStore()
    const session = store.session('a')
    const error = await write(session, item).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SESSION_ITEM_INVALID', sessionId: 'a' })
    expect((error as Error).message).toMatch(`${at}${path} `)
    expect(inspect(error, { depth: 9 })).not.toContain(secret)
    expect(await store.getSessionInfo('a')).toBeUndefined()
  })
})

it('refuses items whose array is odd', async () => {
  const session = new MemoryStore().session('a')
  const odd = Object.defineProperty([{}], 0, { get: failing, enumerable: true })
  for (const [items, at] of [
    [odd, 'items[0] '],
    [new Proxy([{}], {}), 'items '],
    [new Array(1), 'items[0] '],
  ] as const) {
    const error = await session.addItems(items as never).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SESSION_ITEM_INVALID', operation: 'addItems', sessionId: 'a' })
    expect(inspect(error)).toContain(at)
    expect(inspect(error)).not.toContain(secret)
  }
  expect(await session.getItems()).toEqual([])
})

it('refuses a transaction whose own fields cannot be read, without quoting them', async () => {
  const session = new MemoryStore().session('a')
  const args = Object.defineProperty({ operationId: 'o' }, 'transaction', { get: failing, enumerable: true })
  const error = await session.applyHistoryTransaction(args as never).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(TypeError)
  expect(inspect(error, { depth: 9 })).not.toContain(secret)
})

it('reads a getter once: what was checked is what is stored', async () => {
  let reads = 0
  const item = getter(() => (++reads === 1 ? 'first' : failing()))
  const session = new MemoryStore().session<Item>('a')
  await session.addItems([item, { deep: [getter(() => ({ n: ++reads }))] }])
  expect(await session.getItems()).toEqual([{ x: 'first' }, { deep: [{ x: { n: 2 } }] }])
  expect(reads).toBe(2)
})

it('takes bytes as they are now, whatever memory they are in', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(2))
  shared.set([1, 2])
  const buffer = new ArrayBuffer(2, { maxByteLength: 8 })
  const growing = new Uint8Array(buffer)
  growing.set([3, 4])
  const session = new MemoryStore().session<Item>('a')
  const added = session.addItems([{ shared, growing, pooled: Buffer.from('hi'), part: shared.subarray(1) }])
  shared.fill(9)
  buffer.resize(4)
  await added
  expect(await session.getItems()).toEqual([
    {
      shared: Uint8Array.of(1, 2),
      growing: Uint8Array.of(3, 4),
      pooled: new TextEncoder().encode('hi'),
      part: Uint8Array.of(2),
    },
  ])
})

it('gives a hook copies, which nobody changes while it waits', async () => {
  const seen: unknown[] = []
  class Slow extends Session<Item> {
    protected async _getItems(): Promise<Item[]> {
      return []
    }
    protected async _addItems(items: readonly Item[]): Promise<void> {
      await new Promise(setImmediate)
      seen.push(...items)
    }
    protected async _popItem(): Promise<undefined> {}
    protected async _clearSession(): Promise<void> {}
  }
  const item = { deep: [{ text: 'before' }], bytes: Uint8Array.of(1) }
  const added = new Slow('a').addItems([item])
  Object.assign(item.deep[0] as object, { text: 'after' })
  item.bytes[0] = 2
  await added
  expect(seen).toEqual([{ deep: [{ text: 'before' }], bytes: Uint8Array.of(1) }])
})

describe('MemorySession', () => {
  it('takes no options at all, as that of the SDK', async () => {
    const [one, other] = [new MemorySession(), new MemorySession({})]
    expect(one.sessionId).not.toBe(other.sessionId)
    await one.addItems([{ role: 'user', content: 'hi' }])
    expect(await one.getItems()).toHaveLength(1)
    expect(await other.getItems()).toEqual([])
    expect(await one.getSessionId()).toBe(one.sessionId)
  })

  it('begins with the items that it is given, as they were then', async () => {
    const items = [
      { role: 'user' as const, content: 'first' },
      { role: 'user' as const, content: 'second' },
    ]
    const session = new MemorySession({ sessionId: 'a', initialItems: items })
    Object.assign(items[0] as object, { content: 'changed' })
    const added = session.addItems([{ role: 'user', content: 'third' }])
    expect((await session.getItems()).map((item) => (item as { content: string }).content)).toEqual([
      'first',
      'second',
      'third',
    ])
    await added
    expect(await session.popItem()).toMatchObject({ content: 'third' })
    await session.clearSession()
    expect(await session.getItems(), 'they do not come back').toEqual([])
  })

  it('refuses initial items that cannot be stored, at once', () => {
    expect(() => new MemorySession({ initialItems: [{ n: 1n } as never] })).toThrow(
      expect.objectContaining({ code: 'SESSION_ITEM_INVALID', message: expect.stringContaining('initialItems[0].n ') }),
    )
    expect(() => new MemorySession({ initialItems: 'x' as never })).toThrow(/initialItems/)
  })

  it('rejects the first call where the codec cannot encode them, loses nothing, and nothing is left unheard', async () => {
    const unheard: unknown[] = []
    const hear = (reason: unknown): void => void unheard.push(reason)
    process.on('unhandledRejection', hear)
    let isReady = false
    const encode = (item: object): string => {
      if (!isReady) throw new Error('no key yet')
      return JSON.stringify(item)
    }
    const decode = (record: string): object => JSON.parse(record)
    for (const codec of [
      { encode, decode },
      { encode: async (item: object) => encode(item), decode },
    ]) {
      isReady = false
      const session = new MemorySession({ codec, initialItems: [{ n: 1 }, { n: 2 }] })
      await new Promise(setImmediate)
      await expect(session.addItems([{ n: 3 }])).rejects.toMatchObject({ code: 'SESSION_ITEM_INVALID' })
      await expect(session.getItems()).rejects.toMatchObject({ code: 'SESSION_ITEM_INVALID' })
      isReady = true
      await session.addItems([{ n: 3 }])
      expect(await session.getItems()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    }
    process.off('unhandledRejection', hear)
    expect(unheard).toEqual([])
  })
})
