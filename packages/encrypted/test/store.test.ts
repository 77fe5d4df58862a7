import { createHmac, hkdfSync } from 'node:crypto'
import { type CommitResult, type HistoryChange, MemoryStore } from '@sessions/core'
import { copySessions } from '@sessions/core/operations'
import { FaultyStore } from '@sessions/core/testing'
import { EncryptedStore } from '@sessions/encrypted'
import { expect, it } from 'vitest'
import { failure, item } from './support/failure.ts'
import { testKey } from './support/keys.ts'

const encryptionKey = testKey()

/** Keeps the changes that reach it. */
class Recording extends MemoryStore {
  readonly changes: HistoryChange[] = []
  protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    this.changes.push(change)
    return await super._commit(sessionId, change)
  }
}

it('takes over no fingerprints of operations with a session that is copied from where nothing is encrypted', async () => {
  const [plain, memory] = [new MemoryStore(), new MemoryStore()]
  await plain.session('a').applyHistoryTransaction({
    operationId: 'op',
    transaction: { type: 'append_items', items: [item('yes')] },
  })
  expect(await plain.moves.operations('a')).toHaveLength(1)
  await copySessions(plain, new EncryptedStore({ store: memory, encryptionKey }))
  expect(await memory.records.read('a')).toHaveLength(1)
  expect(await memory.moves.operations('a')).toEqual([])
})

it('keeps fingerprints of operations from which nobody can tell a text that was guessed', async () => {
  const fingerprints = []
  for (const key of [encryptionKey, testKey(1)]) {
    const store = new Recording()
    const transaction = { type: 'append_items', items: [item('1')] } as const
    for (const id of ['a', 'b']) {
      const session = new EncryptedStore({ store, encryptionKey: key }).session(id)
      await session.applyHistoryTransaction({ operationId: 'op', transaction })
      await store.session(id).applyHistoryTransaction({ operationId: 'plain', transaction })
    }
    fingerprints.push(...store.changes.map(({ operation }) => operation?.fingerprint))
  }
  // Plain ones are the same everywhere, ours nowhere.
  expect(new Set(fingerprints).size).toBe(4 + 1)
})

it('keeps other fingerprints of equal transactions under other operation ids, and knows those of before', async () => {
  const store = new Recording()
  const session = new EncryptedStore({ store, encryptionKey }).session('a')
  const transaction = { type: 'append_items', items: [item('1')] } as const
  for (const operationId of ['one', 'two', 'one']) await session.applyHistoryTransaction({ operationId, transaction })
  const [one, two] = store.changes.map(({ operation }) => operation?.fingerprint)
  expect(one).not.toBe(two)
  expect(await session.getItems(), 'a repetition is one').toHaveLength(2)

  // Version 2 had no operation id in it: HMAC under its own key of the session.
  const before = new Recording()
  await before.session('a').applyHistoryTransaction({ operationId: 'old', transaction })
  const key = hkdfSync('sha256', encryptionKey, 'a', 'sessions/encrypted/v2/fingerprint', 32)
  const digest = createHmac('sha256', Buffer.from(key)).update(before.changes[0]?.operation?.fingerprint ?? '')
  await store.records.commit('a', { operation: { id: 'old', fingerprint: digest.digest('hex') } })
  await session.applyHistoryTransaction({ operationId: 'old', transaction })
  expect(await session.getItems(), 'applied once before').toHaveLength(2)
})

it('compacts what it has read, and reads again where somebody appended meanwhile', async () => {
  const memory = new MemoryStore()
  const faulty = new FaultyStore(memory)
  const session = new EncryptedStore({ store: faulty, encryptionKey }).session('a')
  await session.addItems([item('1'), item('2')])
  const held = faulty.hold('commit')
  const compacting = session.replaceHistoryWithCompaction([item('summary')])
  await held.entered
  await new EncryptedStore({ store: memory, encryptionKey }).session('a').addItems([item('meanwhile')])
  held.release()
  await compacting
  expect(await session.getItems()).toEqual([item('summary')])
})

it('leaves everything as it was where compaction meets what it cannot read', async () => {
  const memory = new MemoryStore()
  const faulty = new FaultyStore(memory)
  const session = new EncryptedStore({ store: faulty, encryptionKey }).session('a')
  await session.addItems([item('1')])
  const held = faulty.hold('commit')
  const compacting = session.replaceHistoryWithCompaction([item('summary')])
  await held.entered
  await memory.records.commit('a', { append: ['{"__enc__":2,"cut'] })
  held.release()
  expect((await failure(() => compacting)).code).toBe('SESSION_DECRYPT_FAILED')
  expect(await memory.records.read('a')).toHaveLength(2)
})

it('writes each item under a nonce of its own, and equal items differently', async () => {
  const memory = new MemoryStore()
  await new EncryptedStore({ store: memory, encryptionKey }).session('a').addItems(Array(500).fill(item('same')))
  const records = await memory.records.read('a')
  expect(new Set(records.map((record) => record.slice(record.indexOf('payload') + 18, -1).slice(0, 32))).size).toBe(500)
  expect(new Set(records.map((record) => record.length)).size, 'sizes tell the sizes').toBe(1)
})

it('refuses a record that UTF-8 cannot say, and writes nothing', async () => {
  const memory = new MemoryStore()
  const store = new EncryptedStore({ store: memory, encryptionKey })
  const error = await failure(() => store.records.commit('a', { append: ['fine', 'a\ud800'] }))
  expect(error).toMatchObject({ code: 'SESSION_ITEM_INVALID', operation: 'commit' })
  expect(error.message).toMatch(/^Record 2 of 2 has a lone surrogate/)
  expect(await memory.records.read('a')).toEqual([])
  await store.records.commit('a', { append: ['\ufeffwith a mark', 'nul \0'] })
  expect(await store.records.read('a')).toEqual(['\ufeffwith a mark', 'nul \0'])
})

it('passes the times, metadata and failures of the other store on as they are', async () => {
  const faulty = new FaultyStore(new MemoryStore())
  const store = new EncryptedStore({ store: faulty, encryptionKey })
  await store.session('a').addItems([item('1')])
  await store.session('a').setMetadata({ userId: 'u1' })
  expect(await store.getSessionInfo('a')).toEqual(await faulty.getSessionInfo('a'))
  for await (const info of store.listSessions({ metadata: { userId: 'u1' } })) expect(info.sessionId).toBe('a')
  const cause = new Error('no connection')
  faulty.failBefore('commit', cause)
  const error = await failure(() => store.session('a').addItems([item('2')]))
  expect(error).toMatchObject({ code: 'SESSION_BACKEND', operation: 'addItems', sessionId: 'a', cause })
})

it('does not see deletion, another order or an older state within one session, as SECURITY.md says', async () => {
  const memory = new MemoryStore()
  const session = new EncryptedStore({ store: memory, encryptionKey }).session('a')
  await session.addItems([item('1'), item('2'), item('3')])
  const [first = '', second = '', third = ''] = await memory.records.read('a')
  for (const [records, texts] of [
    [
      [third, first, second],
      ['3', '1', '2'],
    ],
    [
      [first, third],
      ['1', '3'],
    ],
    [[first], ['1']],
  ] as const) {
    await memory.records.commit('a', { drop: 'all', append: records })
    expect(await session.getItems()).toEqual(texts.map(item))
  }
})

it('does not see a copy in a read of fewer items than both, as SECURITY.md says', async () => {
  const memory = new MemoryStore()
  const session = new EncryptedStore({ store: memory, encryptionKey }).session('a')
  await session.addItems([item('1'), item('2'), item('3'), item('4')])
  const [first = ''] = await memory.records.read('a')
  await memory.records.commit('a', { append: [first] })
  expect(await session.getItems(3)).toEqual([item('3'), item('4'), item('1')])
  for (const call of [
    () => session.getItems(),
    () => session.getItems(5),
    () => session.replaceHistoryWithCompaction([]),
  ])
    expect((await failure(call)).code).toBe('SESSION_REPLAYED')
  expect(await session.popItem()).toEqual(item('1'))
  expect(await session.getItems()).toHaveLength(4)
})

it('opens an old copy beside the item that was made anew of it, until the old key is gone, as SECURITY.md says', async () => {
  const memory = new MemoryStore()
  const [older, newer] = [
    { id: 'older', key: encryptionKey },
    { id: 'newer', key: testKey(1) },
  ]
  await new EncryptedStore({ store: memory, keys: [older] }).session('a').addItems([item('1')])
  const old = await memory.records.read('a')
  const both = new EncryptedStore({ store: memory, keys: [newer, older] })
  await both.rotateKeys()
  await memory.records.commit('a', { append: old })
  expect(await both.session('a').getItems()).toEqual([item('1'), item('1')])
  const after = new EncryptedStore({ store: memory, keys: [newer] })
  expect((await failure(() => after.session('a').getItems())).code).toBe('SESSION_KEY_UNKNOWN')
})
