import { inspect } from 'node:util'
import { MemoryStore } from '@sessions/core'
import { EncryptedStore, type Key } from '@sessions/encrypted'
import { describe, expect, it } from 'vitest'
import { failure, item } from './support/failure.ts'
import { testKey } from './support/keys.ts'

const bytes = testKey(7)
const base64 = Buffer.from(bytes).toString('base64')

function open(store: MemoryStore, encryptionKey: Key): EncryptedStore {
  return new EncryptedStore({ store, encryptionKey })
}

function thrown(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing was thrown.')
}

describe('a key', () => {
  it('of 43 characters that may be either is refused, by a message that names the two forms', async () => {
    // 43 characters of base64url that decode to 32 bytes, as random bytes give them and as words joined by hyphens may.
    for (const key of [
      Buffer.from(bytes).toString('base64url'),
      base64.slice(0, 43),
      'battery-staple-correct-horse-and-one-word-A',
    ]) {
      const error = thrown(() => new EncryptedStore({ store: new MemoryStore(), encryptionKey: key }))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(/\{ base64 \} or \{ passphrase \}/)
      expect(inspect(error)).not.toContain(key.slice(0, 8))
      const memory = new MemoryStore()
      await open(memory, { base64: key }).session('a').addItems([item()])
      expect((await memory.records.read('a'))[0]).not.toContain('kdf')
      expect((await failure(() => open(memory, { passphrase: key }).session('a').getItems())).message).toMatch(
        /one of 32 bytes, not a passphrase/,
      )
    }
  })

  it('is a passphrase with a salt of its own, which makes it another key', async () => {
    const passphrase = 'correct horse battery staple'
    const [salt, other] = ['sixteen bytes of', 'other bytes, too']
    const memory = new MemoryStore()
    await open(memory, { passphrase, salt }).session('a').addItems([item()])
    expect((await memory.records.read('a'))[0]).toContain('"kdf":"scrypt-17-8-1-salted"')
    expect(
      await open(memory, { passphrase, salt: Buffer.from(salt) })
        .session('a')
        .getItems(),
    ).toEqual([item()])
    const wrong: [Key, RegExp][] = [
      [{ passphrase, salt: other }, /another one: not the one that is given as "default"/],
      [{ passphrase }, /made of a passphrase with a salt/],
      [passphrase, /made of a passphrase with a salt/],
      [testKey(), /made of a passphrase/],
    ]
    for (const [key, reason] of wrong) {
      expect((await failure(() => open(memory, key).session('a').getItems())).message).toMatch(reason)
    }
    const unsalted = new MemoryStore()
    await open(unsalted, passphrase).session('a').addItems([item()])
    expect(await open(unsalted, { passphrase }).session('a').getItems(), 'the same form').toEqual([item()])
    expect((await failure(() => open(unsalted, { passphrase, salt }).session('a').getItems())).message).toMatch(
      /in another way/,
    )
  })

  it.each<[unknown, RegExp]>([
    [{ base64: 'c2hvcnQ=' }, /not base64 of 32 bytes/],
    [{ base64: `${base64}=` }, /not base64 of 32 bytes/],
    [{ base64: 7 }, /base64 must be a string/],
    [{ base64, salt: 'sixteen bytes of' }, /no option "salt"/],
    [{ passphrase: 'short' }, /too short/],
    [{ passphrase: 'correct horse battery staple', salt: 'short' }, /salt .* at least 16/],
    [{ passphrase: 'correct horse battery staple', salt: new Uint8Array(15) }, /salt .* at least 16/],
    [{ passphrase: 'correct horse battery staple', salt: 16 }, /salt .* at least 16/],
    [{ key: base64 }, /neither a string nor a Uint8Array/],
  ])('in an explicit form is checked: %#', (key, reason) => {
    const error = thrown(() => new EncryptedStore({ store: new MemoryStore(), encryptionKey: key as Key }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(reason)
    expect(inspect(error)).not.toContain('correct horse')
  })
})
