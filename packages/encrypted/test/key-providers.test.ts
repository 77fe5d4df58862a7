import { MemoryStore } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { EncryptedSession, EncryptedStore, type EncryptionOptions } from '@sessions/encrypted'
import { expect, it } from 'vitest'
import { failure, item } from './support/failure.ts'
import { testKey } from './support/keys.ts'

const id = 'user_123'
const items = [item('1'), item('2'), item('3')]

/** A memory store with three encrypted items. */
async function written(): Promise<{ memory: MemoryStore }> {
  const memory = new MemoryStore()
  await encrypted(memory).session(id).addItems(items)
  return { memory }
}

function encrypted(store: MemoryStore, options: EncryptionOptions = { encryptionKey: testKey() }): EncryptedStore {
  return new EncryptedStore({ store, ...options })
}

it('SESSION_UNAVAILABLE where a key provider fails; the next call asks again, and many at once ask once', async () => {
  const { memory } = await written()
  let asked = 0
  const provider = async (keyId: string): Promise<Uint8Array> => {
    expect(keyId).toBe('default')
    asked++
    // The others come to ask meanwhile, also those that let timers run first.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    if (asked === 1) throw new Error('a secret of the KMS')
    return testKey()
  }
  const store = encrypted(memory, { keys: [{ id: 'default', key: provider }] })
  const reads = () => Promise.all(['a', id, 'b'].map((name) => store.session(name).addItems(items)))
  expect(await failure(reads)).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true })
  expect(asked).toBe(1)
  const skipping = store.session(id, { onCorrupt: 'skip' })
  await reads()
  expect(await skipping.getItems()).toHaveLength(6)
  expect(asked).toBe(2)
})

it('skips no record because a key provider fails', async () => {
  const { memory } = await written()
  const store = encrypted(memory, { encryptionKey: () => Promise.reject(new Error('down')) })
  const error = await failure(() => store.session(id, { onCorrupt: 'skip' }).getItems())
  expect(error.code).toBe('SESSION_UNAVAILABLE')
})

it('SESSION_KEY_UNKNOWN where a provider gives what is no key', async () => {
  const store = encrypted(new MemoryStore(), { encryptionKey: () => 'short' })
  const error = await failure(() => store.session(id).addItems(items))
  expect(error.code).toBe('SESSION_KEY_UNKNOWN')
  expect(error.message).toMatch(/too short/)
})

it('does not hang close() where a key provider never answers: the calls that wait for it end', async () => {
  const never = () => new Promise<never>(() => {})
  const store = encrypted(new MemoryStore(), { encryptionKey: never })
  const calls = [
    store.session('a').addItems(items),
    store.session('b').getItems(),
    store.rotateKeys({ sessionId: 'c' }),
  ]
  const ends = Promise.allSettled(calls)
  await store.close()
  // An empty session needs no key.
  expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(await failure(() => calls[0] as Promise<void>)).toMatchObject({
    code: 'SESSION_CLOSED',
    operation: 'addItems',
  })

  const { memory } = await written()
  const session = new EncryptedSession({ underlyingSession: memory.session(id), encryptionKey: never })
  const reading = failure(() => session.getItems())
  await session.close()
  expect((await reading).code).toBe('SESSION_CLOSED')
  expect(await memory.records.read(id), 'nothing was done').toHaveLength(3)
})

it('lets calls under way finish in close() where the provider does answer', async () => {
  const { memory } = await written()
  const answer = Promise.withResolvers<Uint8Array>()
  const store = encrypted(memory, { encryptionKey: () => answer.promise })
  const reading = store.session(id).getItems()
  const closing = store.close()
  setTimeout(() => answer.resolve(testKey()))
  expect(await reading).toEqual(items)
  await closing
})

it('is asked again, and what it gave is wiped, when the lifetime of its keys is over', async () => {
  const { memory } = await written()
  const clock = new ManualClock()
  const given: Uint8Array[] = []
  const encryptionKey = (): Uint8Array => {
    given.push(testKey())
    return given.at(-1) as Uint8Array
  }
  const store = encrypted(memory, { encryptionKey, keyLifetime: 60, clock })
  const session = store.session(id)
  for (const [advance, asked] of [
    [0, 1],
    [59_999, 1],
    [1, 2],
    [60_000, 3],
  ] as const) {
    clock.advance(advance)
    expect(await session.getItems()).toEqual(items)
    expect(await session.getItems()).toEqual(items)
    expect(given, `after ${advance} ms more`).toHaveLength(asked)
  }
  const fixed = encrypted(memory, { encryptionKey: testKey(), keyLifetime: 60, clock }).session(id)
  await fixed.getItems()
  clock.advance(100_000)
  expect(await fixed.getItems(), 'a key of the caller has no lifetime').toEqual(items)
})
