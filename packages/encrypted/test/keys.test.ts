import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { MemoryStore } from '@sessions/core'
import { EncryptedSession, EncryptedStore, type Key } from '@sessions/encrypted'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { KeyRing } from '../src/key-ring.ts'
import { pythonKey } from '../src/python-key.ts'
import { failure, item, secret } from './support/failure.ts'
import { testKey } from './support/keys.ts'

const bytes = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 251) % 256)
const base64 = Buffer.from(bytes).toString('base64')

function open(store: MemoryStore, encryptionKey: Key): EncryptedStore {
  return new EncryptedStore({ store, encryptionKey })
}

describe('a key', () => {
  it.each<[string, Key]>([
    ['a Uint8Array', bytes],
    ['a Buffer', Buffer.from(bytes)],
    ['a Uint8Array of another realm', runInNewContext('Uint8Array.from(bytes)', { bytes: [...bytes] })],
    ['base64', base64],
    ['base64 without padding', { base64: base64.replace('=', '') }],
    ['base64 that says so', { base64 }],
    ['base64url', { base64: Buffer.from(bytes).toString('base64url') }],
    ['base64url with padding', `${Buffer.from(bytes).toString('base64url')}=`],
    ['hex', Buffer.from(bytes).toString('hex')],
    ['hex in capitals', Buffer.from(bytes).toString('hex').toUpperCase()],
  ])('is 32 bytes as %s', async (_, key) => {
    const memory = new MemoryStore()
    await open(memory, bytes).session('a').addItems([item()])
    expect(await memory.records.read('a')).not.toContain('kdf')
    expect(await open(memory, key).session('a').getItems()).toEqual([item()])
  })

  it('is a passphrase otherwise, also one of as many words as bytes of base64 have characters', async () => {
    for (const passphrase of [
      'fifteen letters',
      'battery-staple-correct-horse-and-one-word-x',
      'ПАРОЛЬ из пятнадцати',
    ]) {
      const memory = new MemoryStore()
      await open(memory, passphrase).session('a').addItems([item()])
      expect((await memory.records.read('a'))[0]).toContain('"kdf":"scrypt-17-8-1"')
      expect(await open(memory, passphrase).session('a').getItems()).toEqual([item()])
    }
  })

  it.each<[string, unknown, RegExp]>([
    ['empty', '', /is empty/],
    ['base64 with the end of a line', `${base64}\n`, /white space/],
    ['a passphrase with a space before it', ' correct horse battery staple', /white space/],
    ['a short passphrase', 'hunter2-hunter', /too short/],
    ['31 bytes', bytes.subarray(1), /has 31 bytes/],
    ['no bytes', new Uint8Array(), /has 0 bytes/],
    ['bytes that were never filled', new Uint8Array(32), /never filled in/],
    ['the same in base64', Buffer.alloc(32, 7).toString('base64').replace('B', 'B'), /never filled in/],
    ['hex that was cut', Buffer.from(bytes).toString('hex').slice(2), /looks like an encoded key/],
    ['base64 that was cut', Buffer.from(bytes.subarray(1)).toString('base64'), /looks like an encoded key/],
    ['base64 of 33 bytes', Buffer.from([...bytes, 1]).toString('base64'), /looks like an encoded key/],
    ['base64 of 64 bytes', Buffer.concat([bytes, bytes]).toString('base64'), /looks like an encoded key/],
    ['base64 with bits left over', base64.replace(/.=$/, '9='), /looks like an encoded key/],
    ['a lone surrogate', `correct horse battery \ud800`, /not well-formed/],
    ['null', null, /neither a string nor a Uint8Array/],
    ['other bytes', new Uint16Array(32), /neither a string nor a Uint8Array/],
    ['an ArrayBuffer', bytes.buffer, /neither a string nor a Uint8Array/],
  ])('is refused where it is %s, by a message that says what is accepted and never echoes it', (_, key, reason) => {
    const options = { store: new MemoryStore(), encryptionKey: key as Key }
    const error = thrown(() => new EncryptedStore(options))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(reason)
    expect(error.message).toMatch(
      /32 bytes as a Uint8Array, \{ base64 \}, 44 characters of base64 or 64 of hex; any other string is a passphrase/,
    )
    if (typeof key === 'string' && key !== '') expect(inspect(error)).not.toContain(key.slice(0, 5))
  })

  it.each<[unknown, RegExp]>([
    [{}, /takes one of encryptionKey and keys\.$/],
    [{ encryptionKey: undefined }, /encryptionKey is undefined: is the environment variable set/],
    [{ encryptionKey: bytes, keys: [{ id: 'a', key: bytes }] }, /takes one of/],
    [{ keys: [] }, /at least one/],
    [{ keys: { id: 'a', key: bytes } }, /must be an array/],
    [{ keys: [bytes] }, /keys\[0\]/],
    [{ keys: [{ id: 'a' }] }, /keys\[0\] needs the option key/],
    [{ keys: [{ key: bytes }] }, /keys\[0\] needs the option id/],
    [{ keys: [{ id: 'a b', key: bytes }] }, /keys\[0\]\.id must be/],
    [{ keys: [{ id: 'a"', key: bytes }] }, /keys\[0\]\.id must be/],
    [{ keys: [{ id: 'x'.repeat(129), key: bytes }] }, /keys\[0\]\.id must be/],
    [
      {
        keys: [
          { id: 'a', key: bytes },
          { id: 'a', key: testKey() },
        ],
      },
      /keys\[1\]\.id is that of an earlier key/,
    ],
    [{ keys: [{ id: 'a', key: bytes, kid: 'b' }] }, /no option "kid"/],
    [{ encryptionKey: bytes, encryptionkey: bytes }, /no option "encryptionkey"/],
    [{ encryptionKey: bytes, format: 'fernet' }, /format must be/],
    [{ encryptionKey: bytes, ttl: 0 }, /ttl must be/],
    [{ encryptionKey: bytes, keyLifetime: 0 }, /keyLifetime must be/],
    [{ encryptionKey: bytes, allowPlaintext: 'yes' }, /allowPlaintext must be a boolean/],
    [{ encryptionKey: bytes, store: { read: 1 } }, /store must be a SessionStore/],
  ])('belongs to options that are checked: %j', (options, reason) => {
    const error = thrown(() => new EncryptedStore({ store: new MemoryStore(), ...(options as { encryptionKey: Key }) }))
    expect([TypeError, RangeError]).toContain(error.constructor)
    expect(error.message).toMatch(reason)
  })

  it('may be overwritten by the caller once the store is made', async () => {
    const [memory, mine] = [new MemoryStore(), new Uint8Array(bytes)]
    const store = open(memory, mine)
    mine.fill(0)
    await store.session('a').addItems([item()])
    expect(await open(memory, bytes).session('a').getItems()).toEqual([item()])
  })
})

it("is read in Python's format as Python reads it", () => {
  const text = (key: string): string => Buffer.from(pythonKey(key)).toString('latin1')
  expect(pythonKey(Buffer.from(bytes).toString('base64url'))).not.toEqual(bytes)
  expect(pythonKey(`${Buffer.from(bytes).toString('base64url')}=`)).toEqual(bytes)
  expect(pythonKey(base64)).toEqual(bytes)
  expect(pythonKey(`${base64.slice(0, 9)} \n!${base64.slice(9)}`), 'foreign characters are skipped').toEqual(bytes)
  expect(pythonKey(`${base64}ignored`), 'what follows the padding is not read').toEqual(bytes)
  expect(pythonKey(base64.replace(/.=$/, '9=')), 'bits left over are dropped').toHaveLength(32)
  expect(text('secret')).toBe('secret')
  expect(text(`é${base64}`)).toBe(Buffer.from(`é${base64}`).toString('latin1'))
})

it('is wiped on close, also in a store that was never used, and never used again', async () => {
  const ring = new KeyRing([{ id: 'a', key: bytes }], 'sessions')
  const keys = await ring.forSession('a', 'user_123')
  const derived = keys.derive('x')
  expect(keys, 'derived once for a session').toBe(ring.forSession('a', 'user_123'))
  expect(derived, 'and once for a use').toBe(keys.derive('x'))
  await ring.close()
  expect(derived.every((byte) => byte === 0)).toBe(true)
  expect(() => keys.derive('y')).toThrow(/wiped/)
  await expect(async () => ring.forSession('a', 'user_123')).rejects.toThrow(/no key "a"/)

  const closed = vi.spyOn(KeyRing.prototype, 'close')
  onTestFinished(() => closed.mockRestore())
  const used = open(new MemoryStore(), bytes)
  await used.records.read('a')
  await used.close()
  expect(closed, 'a store closes its ring').toHaveBeenCalledTimes(1)
  const underlying = new MemoryStore()
  const unused = new EncryptedStore({ store: underlying, ownsStore: true, encryptionKey: bytes })
  await unused.close()
  expect(closed).toHaveBeenCalledTimes(2)
  expect((await failure(() => underlying.records.read('a'))).code, 'what it owns is closed').toBe('SESSION_CLOSED')
})

it('is nowhere to be seen: not in inspect, JSON, own properties, events or what is stored', async () => {
  const events: unknown[] = []
  const onEvent = (event: unknown): void => void events.push(event)
  subscribe('tracing:sessions:call:asyncEnd', onEvent)
  onTestFinished(() => void unsubscribe('tracing:sessions:call:asyncEnd', onEvent))
  const [memory, passphrase] = [new MemoryStore(), 'correct horse battery staple']
  const keys = [
    { id: 'bytes', key: base64 },
    { id: 'words', key: passphrase },
  ]
  const store = new EncryptedStore({ store: memory, keys })
  const session = new EncryptedSession({ underlyingSession: memory.session('a'), keys })
  await session.addItems([item()])
  await new EncryptedStore({ store: memory, keys: keys.toReversed() }).session('a').addItems([item()])
  await failure(() => new EncryptedStore({ store: memory, encryptionKey: testKey() }).session('a').getItems())
  const stored = await memory.records.read('a')
  for (const seen of [store, session, events, stored]) {
    const text = inspect(seen, { depth: 20, showHidden: true, getters: true }) + JSON.stringify(seen)
    for (const hidden of [base64, passphrase, secret, Buffer.from(bytes).toString('hex'), `${bytes.subarray(0, 8)}`]) {
      expect(text).not.toContain(hidden)
    }
  }
  expect(events.length).toBeGreaterThan(3)
})

function thrown(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing was thrown.')
}
