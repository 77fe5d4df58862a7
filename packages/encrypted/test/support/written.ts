import { MemoryStore, type SessionStore } from '@sessions/core'
import { EncryptedStore, type EncryptionOptions } from '@sessions/encrypted'
import { item } from './failure.ts'
import { testKey } from './keys.ts'

export const id = 'user_123'
export const items = [item('1'), item('2'), item('3')]

/** A memory store with three encrypted items, and its records as they are stored. */
export async function written(): Promise<{ memory: MemoryStore; records: string[] }> {
  const memory = new MemoryStore()
  await encrypted(memory).session(id).addItems(items)
  return { memory, records: await memory.records.read(id) }
}

export function encrypted(
  store: SessionStore,
  options: EncryptionOptions = { encryptionKey: testKey() },
): EncryptedStore {
  return new EncryptedStore({ store, ...options })
}
