import { MemoryStore } from '@sessions/core'
import { EncryptedStore, type EncryptionOptions } from '@sessions/encrypted'
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
