import { MemoryStore } from '@sessions/core'
import { EncryptedSession } from '@sessions/encrypted'
import { expect, it } from 'vitest'
import { failure, item } from './support/failure.ts'
import { testKey } from './support/keys.ts'
import { encrypted, id, items, written } from './support/written.ts'

it('writes nothing under a wrong key, also where nothing was read before', async () => {
  const { memory, records } = await written()
  const underlyingSession = memory.session(id)
  const session = new EncryptedSession({ underlyingSession, encryptionKey: testKey(1) })
  const append = { operationId: 'op', transaction: { type: 'append_items', items } } as const
  for (const call of [
    () => session.addItems(items),
    () => session.applyHistoryTransaction?.(append) ?? Promise.reject(),
  ]) {
    expect((await failure(call)).code).toBe('SESSION_DECRYPT_FAILED')
  }
  expect(await memory.records.read(id)).toEqual(records)
})

it('writes nothing under a wrong key to a session that was empty when it looked', async () => {
  const memory = new MemoryStore()
  const late = encrypted(memory, { encryptionKey: testKey(1) }).session(id)
  expect(await late.getItems()).toEqual([])
  await encrypted(memory).session(id).addItems(items)
  expect((await failure(() => late.addItems(items))).code).toBe('SESSION_DECRYPT_FAILED')
  expect(await encrypted(memory).session(id).getItems()).toEqual(items)
})

it('writes after an envelope of a newer key that it has not got yet', async () => {
  const memory = new MemoryStore()
  const [older, newer] = [
    { id: 'older', key: testKey() },
    { id: 'newer', key: testKey(1) },
  ]
  await encrypted(memory, { keys: [newer, older] })
    .session(id)
    .addItems([item('by a new process')])
  await encrypted(memory, { keys: [older] })
    .session(id)
    .addItems([item('by an old one')])
  expect(
    await encrypted(memory, { keys: [newer, older] })
      .session(id)
      .getItems(),
  ).toHaveLength(2)
})

it("appends with onCorrupt: 'skip' whatever it finds, as the README says, and pops nothing that it cannot open", async () => {
  const { memory, records } = await written()
  const skipping = encrypted(memory, { encryptionKey: testKey(1) }).session(id, { onCorrupt: 'skip' })
  expect(await skipping.getItems()).toEqual([])
  expect((await failure(() => skipping.popItem())).code).toBe('SESSION_DECRYPT_FAILED')
  await skipping.addItems([item('under the wrong key')])
  expect(await skipping.getItems()).toEqual([item('under the wrong key')])
  expect((await memory.records.read(id)).slice(0, 3)).toEqual(records)
  const right = encrypted(memory)
  expect((await failure(() => right.session(id).getItems())).message).toMatch(/the key is another one/)
  expect(await right.removeUnreadable()).toMatchObject([{ sessionId: id, position: 4, code: 'SESSION_DECRYPT_FAILED' }])
  expect(await right.session(id).getItems()).toEqual(items)
})
