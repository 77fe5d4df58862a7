import { MemoryStore } from '@sessions/core'
import { EncryptedStore, type KeyEntry } from '@sessions/encrypted'
import { longestTurnMs } from '@sessions/test-servers'
import { expect, it } from 'vitest'
import { item } from './support/failure.ts'
import { testKey } from './support/keys.ts'

const older: KeyEntry = { id: '2025', key: testKey() }
const newer: KeyEntry = { id: '2026', key: testKey(1) }

it('lets timers run while keys of many sessions, or of one long session, are changed, and while it is read', async () => {
  const store = new MemoryStore()
  const before = new EncryptedStore({ store, keys: [older] })
  const after = new EncryptedStore({ store, keys: [newer, older] })
  for (let index = 0; index < 500; index++) await before.session(`s${index}`).addItems([item('1'), item('2')])
  const count = 6_000
  await before.session('long').addItems(Array.from({ length: count }, (_, index) => item(`${index}`)))
  const rotate = async (): Promise<void> =>
    expect(await after.rotateKeys()).toEqual({ sessions: 501, items: count + 1_000 })
  const read = async (): Promise<void> => expect(await after.session('long').getItems()).toHaveLength(count)
  for (const work of [rotate, read]) expect(await longestTurnMs(work)).toBeLessThan(100)
})
