import { MemoryStore } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { DecryptedCache, EncryptedSession, EncryptedStore } from '@sessions/encrypted'
import { expect, it } from 'vitest'
import { EncryptedRecords } from '../src/encrypted-records.ts'
import { createEnvelopeFormat } from '../src/envelope.ts'
import { randomBytes } from '../src/envelope-format.ts'
import { checkEncryption } from '../src/options.ts'
import { failure, item } from './support/failure.ts'
import { testKey } from './support/keys.ts'
import { createRandom } from './support/tampering.ts'

const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => `record ${index}`)

/** Encrypted records over a store in memory, and how many envelopes were looked into. */
function counting(cache?: DecryptedCache) {
  const store = new MemoryStore()
  const format = createEnvelopeFormat(randomBytes)
  const counted = { opened: 0 }
  const encryption = {
    ...checkEncryption('test', { encryptionKey: testKey(), ...(cache && { cache }) }),
    format: {
      ...format,
      parse(record: string) {
        counted.opened++
        return format.parse(record)
      },
    },
  }
  const records = new EncryptedRecords(store, encryption)
  const read = async (limit?: number): Promise<[string[], number]> => {
    const before = counted.opened
    const found = await records.read('a', limit, 'throw', {})
    return [found, counted.opened - before]
  }
  return { store, records, read, append: (append: string[]) => records.commit('a', { append }, 'throw') }
}

it('decrypts what is new since the last read, and nothing twice, for a whole history and for its newest items', async () => {
  const { read, append } = counting()
  await append(texts(1_000))
  expect(await read()).toEqual([texts(1_000), 1_000])
  expect(await read()).toEqual([texts(1_000), 0])
  await append(['x', 'y'])
  expect(await read(20)).toEqual([[...texts(1_000).slice(-18), 'x', 'y'], 2])
  await append(['z'])
  expect(await read()).toEqual([[...texts(1_000), 'x', 'y', 'z'], 1])
})

it('decrypts again only what was replaced where it stands, and what was removed is gone', async () => {
  const { store, records, read, append } = counting()
  await append(texts(100))
  await read()
  const page = await records.page('a', undefined, 100)
  const replace = [{ place: page.places?.[50] as string, record: 'another' }]
  await records.commit('a', { maintain: { replace, remove: [page.places?.[0] as string] } }, 'throw')
  expect(await read()).toEqual([[...texts(100).slice(1, 50), 'another', ...texts(100).slice(51)], 1])
  await store.deleteSession('a')
  expect(await read()).toEqual([[], 0])
})

it('reads what a store without it reads, whatever happens to the history', async () => {
  const [random, clock] = [createRandom(7), new ManualClock()]
  const store = new MemoryStore({ clock })
  const shared = { store, encryptionKey: testKey(), ttl: 30, clock }
  const [cached, plain] = [new EncryptedStore(shared), new EncryptedStore({ ...shared, cache: false })]
  const session = cached.session('a')
  for (let round = 0; round < 1_500; round++) {
    const steps: (() => unknown)[] = [
      () => session.addItems(texts(1 + random(4)).map(item)),
      () => plain.session('a').addItems([item(`${round}`)]),
      () => session.popItem(),
      () => plain.session('a').rewind({ turns: 1 }),
      () => clock.advance(random(5_000)),
      () => cached.purgeItems(),
      () => (random(10) === 0 ? session.clearSession() : undefined),
    ]
    await steps[random(steps.length)]?.()
    const limit = random(3) === 0 ? undefined : 1 + random(12)
    expect(await session.getItems(limit)).toEqual(await plain.session('a').getItems(limit))
  }
})

it('refuses an envelope that was altered or stands there twice, though it was read before', async () => {
  const store = new MemoryStore()
  const session = new EncryptedStore({ store, encryptionKey: testKey() }).session('a')
  await session.addItems([item('1'), item('2')])
  await session.getItems()
  const [first = '', second = ''] = await store.records.read('a')
  const stored = async (append: string[]): Promise<unknown> => {
    await store.records.commit('a', { clear: true })
    await store.records.commit('a', { append })
    return failure(() => session.getItems())
  }
  const altered = second.at(-10) === 'A' ? 'B' : 'A'
  expect(await stored([first, second.slice(0, -10) + altered + second.slice(-9)])).toMatchObject({
    code: 'SESSION_DECRYPT_FAILED',
  })
  expect(await stored([first, second, first])).toMatchObject({ code: 'SESSION_REPLAYED' })
  await store.records.commit('b', { append: [first] })
  const other = new EncryptedStore({ store, encryptionKey: testKey() }).session('b')
  expect(await failure(() => other.getItems())).toMatchObject({ code: 'SESSION_DECRYPT_FAILED' })
})

it('asks for a key again whose lifetime is over, and knows nothing that was read with it', async () => {
  const clock = new ManualClock()
  let asked = 0
  const encryptionKey = (): Uint8Array => {
    asked++
    if (asked > 2) throw new Error('revoked')
    return testKey()
  }
  const session = new EncryptedStore({ store: new MemoryStore(), encryptionKey, keyLifetime: 60, clock }).session('a')
  await session.addItems([item('1')])
  await session.getItems()
  clock.advance(61_000)
  expect(await session.getItems()).toEqual([item('1')])
  expect(asked).toBe(2)
  clock.advance(61_000)
  expect(await failure(() => session.getItems())).toMatchObject({ code: 'SESSION_UNAVAILABLE' })
})

it('holds no more than it may, of all stores together, and the histories that were read last', async () => {
  const cache = new DecryptedCache({ maxBytes: 20_000 })
  const [one, other] = [counting(cache), counting(cache)]
  await one.append(texts(20))
  await other.append(texts(20))
  await one.read()
  await other.read()
  expect(await one.read()).toEqual([texts(20), 0])
  for (let round = 0; round < 5; round++) {
    const more = counting(cache)
    await more.append(texts(10))
    await more.read()
    expect(cache.bytes).toBeLessThanOrEqual(20_000)
    await one.read()
  }
  expect(await one.read()).toEqual([texts(20), 0])
  expect((await other.read())[1]).toBe(20)
  await one.append(texts(100))
  expect(await one.read()).toEqual([[...texts(20), ...texts(100)], 100])
  expect((await one.read())[1]).toBe(120)
})

it.each(['store', 'session'])('holds nothing of a %s that was closed, cleared or deleted', async (kind) => {
  const cache = new DecryptedCache({ maxBytes: 1e6 })
  const options = { encryptionKey: testKey(), cache }
  const memory = new MemoryStore()
  const store = new EncryptedStore({ store: memory, ...options })
  const session =
    kind === 'store' ? store.session('a') : new EncryptedSession({ underlyingSession: memory.session('a'), ...options })
  const fill = async (): Promise<void> => {
    await session.addItems([item('1')])
    await session.getItems()
    expect(cache.bytes).toBeGreaterThan(0)
  }
  await fill()
  await session.clearSession()
  expect(cache.bytes).toBe(0)
  await fill()
  await session.delete?.()
  expect(cache.bytes).toBe(0)
  await fill()
  await (kind === 'store' ? store : session).close?.()
  expect(cache.bytes).toBe(0)
})

it('says what is wrong with its options', () => {
  expect(() => new DecryptedCache({ maxBytes: '1' as unknown as number })).toThrow(/maxBytes must be a number/)
  expect(() => new DecryptedCache({ maxBytes: -1 })).toThrow(RangeError)
  const store = new MemoryStore()
  const cache = new Map() as unknown as DecryptedCache
  expect(() => new EncryptedStore({ store, encryptionKey: testKey(), cache })).toThrow('cache must be a DecryptedCache')
})
