import { MemoryStore, type SessionStore } from '@sessions/core'
import { FaultyStore, ManualClock } from '@sessions/core/testing'
import { EncryptedSession, EncryptedStore, type KeyEntry, type SweepProgress } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import { describe, expect, it } from 'vitest'
import { failure, item } from './support/failure.ts'
import { temporaryFile } from './support/folder.ts'
import { testKey } from './support/keys.ts'

const older: KeyEntry = { id: '2025', key: testKey() }
const newer: KeyEntry = { id: '2026', key: testKey(1) }

function open(store: SessionStore, ...keys: KeyEntry[]): EncryptedStore {
  return new EncryptedStore({ store, keys })
}

/** How many records of a session name each key id. */
async function keyIds(store: SessionStore, sessionId: string): Promise<Record<string, number>> {
  const ids = (await store.records.read(sessionId)).map(
    (record) => (JSON.parse(record) as { kid?: string }).kid ?? 'none',
  )
  return Object.fromEntries(Object.entries(Object.groupBy(ids, (id) => id)).map(([id, all]) => [id, all?.length ?? 0]))
}

describe.each<[string, () => SessionStore]>([
  ['MemoryStore', () => new MemoryStore()],
  ['SQLiteStore', () => new SQLiteStore({ path: temporaryFile() })],
])('rotateKeys over %s', (_, create) => {
  it('puts everything under the first key, and leaves what is there already byte for byte', async () => {
    const store = create()
    await open(store, older)
      .session('a')
      .addItems([item('1'), item('2')])
    await open(store, older)
      .session('b')
      .addItems([item('3')])
    await open(store, newer)
      .session('c')
      .addItems([item('4')])
    const before = await store.records.read('c')
    const progress: SweepProgress[] = []
    const both = open(store, newer, older)
    await both.session('a').addItems([item('5')])
    const result = await both.rotateKeys({ onProgress: (one) => progress.push(one) })
    expect(result).toEqual({ sessions: 2, items: 3 })
    expect(progress.map(({ sessionId, items }) => [sessionId, items]).toSorted()).toEqual([
      ['a', 2],
      ['b', 1],
      ['c', 0],
    ])
    expect(progress.map(({ sessions }) => sessions)).toEqual([1, 2, 3])
    expect(await open(store, newer).session('a').getItems()).toEqual([item('1'), item('2'), item('5')])
    expect(await store.records.read('c')).toEqual(before)
    expect(await both.rotateKeys(), 'again').toEqual({ sessions: 0, items: 0 })
    await both.close()
    await store.close()
  })

  it('keeps metadata, operation ids, createdAt and the time of each item', async () => {
    const [store, clock] = [create(), new ManualClock()]
    const first = new EncryptedStore({ store, keys: [older], clock })
    const transaction = { operationId: 'op', transaction: { type: 'append_items', items: [item('1')] } } as const
    await first.session('a').applyHistoryTransaction(transaction)
    await first.session('a').setMetadata({ userId: 'u1' })
    const before = await first.getSessionInfo('a')
    clock.advance(50_000)
    const both = new EncryptedStore({ store, keys: [newer, older], clock, ttl: 60 })
    expect(await both.rotateKeys()).toEqual({ sessions: 1, items: 1 })
    expect(await both.getSessionInfo('a')).toMatchObject({
      createdAt: before?.createdAt,
      metadata: { userId: 'u1' },
      itemCount: 1,
    })
    await both.session('a').applyHistoryTransaction(transaction)
    expect(await both.session('a').getItems(), 'the operation of before is known').toEqual([item('1')])
    const other = { ...transaction, transaction: { ...transaction.transaction, items: [item('2')] } }
    const reused = await failure(() => both.session('a').applyHistoryTransaction(other))
    expect(reused.code).toBe('SESSION_OPERATION_REUSED')
    clock.advance(10_000)
    expect(await both.session('a').getItems(), 'no younger than it was').toEqual([])
    await store.close()
  })

  it('loses nothing while eight writers append, pop and change keys', async () => {
    const store = create()
    const sessions = ['a', 'b', 'c']
    for (const id of sessions)
      await open(store, older)
        .session(id)
        .addItems(Array.from({ length: 20 }, (_, n) => item(`${n}`)))
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const mine = writer % 2 === 0 ? open(store, older, newer) : open(store, newer, older)
      for (let turn = 0; turn < 10; turn++) {
        const session = mine.session(sessions[(writer + turn) % 3] ?? '')
        await session.addItems([item(`${writer}/${turn}`), item(`${writer}/${turn}`)])
        await session.popItem()
      }
    })
    const rotating = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) await open(store, newer, older).rotateKeys()
    }
    await Promise.all([...writers, rotating()])
    await open(store, newer, older).rotateKeys()
    let count = 0
    for (const id of sessions) {
      const items = await open(store, newer).session(id).getItems()
      expect(items.slice(0, 10), 'what nobody could pop is in its place').toEqual(
        Array.from({ length: 10 }, (_, n) => item(`${n}`)),
      )
      count += items.length
    }
    expect(count, 'each turn added two and popped one').toBe(3 * 20 + 8 * 10)
    await store.close()
  })
})

it('goes on with the other sessions where one fails, says so at the end, and resumes', async () => {
  const memory = new MemoryStore()
  const faulty = new FaultyStore(memory)
  for (const id of ['a', 'b', 'c'])
    await open(memory, older)
      .session(id)
      .addItems([item(id)])
  await memory.records.commit('b', { append: ['{"__enc__":2'] })
  const both = open(faulty, newer, older)
  const progress: SweepProgress[] = []
  const error = await failure(() => both.rotateKeys({ onProgress: (one) => progress.push(one) }))
  expect(error).toMatchObject({ code: 'SESSION_DECRYPT_FAILED', operation: 'rotateKeys' })
  expect(error.message).toMatch(/^1 of 3 sessions are not all done, the others are\. The first: Record 2 of/)
  expect(progress.filter((one) => one.error !== undefined).map(({ sessionId }) => sessionId)).toEqual(['b'])
  expect(await keyIds(memory, 'a')).toEqual({ 2026: 1 })
  expect(await keyIds(memory, 'c')).toEqual({ 2026: 1 })
  expect(await keyIds(memory, 'b').catch(() => 'one of two'), 'what opens is done there too').toBe('one of two')
  await memory.records.commit('b', { drop: 1 })
  expect(await keyIds(memory, 'b')).toEqual({ 2026: 1 })
  await open(memory, older)
    .session('c')
    .addItems([item('more')])
  faulty.failAfter('commit', new Error('connection lost'))
  expect((await failure(() => both.rotateKeys())).message).toMatch(/1 of 3 sessions are not all done/)
  expect(await both.rotateKeys(), 'the write whose acknowledgement was lost had been done').toEqual({
    sessions: 0,
    items: 0,
  })
})

it('finds sessions that changed while the list was read, and only those that it is told', async () => {
  const memory = new MemoryStore()
  for (const id of ['a', 'b', 'c', 'x'])
    await open(memory, older)
      .session(id)
      .addItems([item(id)])
  /** Leaves a session out of the first list, as a list may that changes meanwhile. */
  class Forgetful extends FaultyStore {
    lists = 0
    protected override async *_list(filter: object): AsyncIterable<never> {
      this.lists++
      for await (const info of super._list(filter)) if (this.lists > 1 || info.sessionId !== 'b') yield info as never
    }
  }
  expect(await open(memory, newer, older).rotateKeys({ filter: { prefix: 'x' } })).toEqual({ sessions: 1, items: 1 })
  expect(await open(memory, newer, older).rotateKeys({ sessionId: 'c' })).toEqual({ sessions: 1, items: 1 })
  expect(await open(new Forgetful(memory), newer, older).rotateKeys()).toEqual({ sessions: 2, items: 2 })
  await expect(open(memory, newer).rotateKeys({ sessionId: 'c', filter: {} })).rejects.toThrow(TypeError)
  await expect(open(memory, newer).rotateKeys({ session: 'c' } as never)).rejects.toThrow(/no option "session"/)
})

it('works for a passphrase too, and in Python’s format, where every key has the same name', async () => {
  const memory = new MemoryStore()
  const python = (...keys: KeyEntry[]): EncryptedStore => new EncryptedStore({ store: memory, keys, format: 'python' })
  await python({ id: 'old', key: 'old' })
    .session('a')
    .addItems([item('1'), item('2')])
  expect(await python({ id: 'new', key: 'new' }, { id: 'old', key: 'old' }).rotateKeys()).toEqual({
    sessions: 1,
    items: 2,
  })
  expect(await python({ id: 'new', key: 'new' }).session('a').getItems()).toHaveLength(2)
  const words = { id: 'words', key: 'correct horse battery staple' }
  await open(memory, older)
    .session('b')
    .addItems([item('3')])
  expect(await open(memory, words, older).rotateKeys({ sessionId: 'b' })).toEqual({ sessions: 1, items: 1 })
  expect(await keyIds(memory, 'b')).toEqual({ words: 1 })
})

describe('encryptExisting', () => {
  it('moves a plain history over, equal items included, and is done then', async () => {
    const memory = new MemoryStore()
    const same = [item('same'), item('same'), item('other')]
    await memory.session('a').addItems(same)
    const moving = new EncryptedStore({ store: memory, keys: [newer], allowPlaintext: true })
    await moving.session('a').addItems([item('new')])
    expect(await moving.session('a').getItems()).toEqual([...same, item('new')])
    expect(await moving.session('a').popItem()).toEqual(item('new'))
    expect(await keyIds(memory, 'a')).toEqual({ none: 3 })
    expect(await moving.rotateKeys(), 'which is not for what is plain').toEqual({ sessions: 0, items: 0 })
    expect(await moving.encryptExisting()).toEqual({ sessions: 1, items: 3 })
    expect(await open(memory, newer).session('a').getItems()).toEqual(same)
    expect(await moving.encryptExisting()).toEqual({ sessions: 0, items: 0 })
  })

  it('needs to be told that plaintext may be there', async () => {
    const memory = new MemoryStore()
    await memory.session('a').addItems([item('planted')])
    await expect(open(memory, newer).encryptExisting()).rejects.toThrow(TypeError)
    const session = new EncryptedSession({ underlyingSession: memory.session('a'), keys: [newer] })
    await expect(session.encryptExisting()).rejects.toThrow(/allowPlaintext: true/)
    expect(await keyIds(memory, 'a')).toEqual({ none: 1 })
  })

  it('takes nothing for plaintext that is marked as an envelope', async () => {
    const memory = new MemoryStore()
    await open(memory, newer)
      .session('a')
      .addItems([item('1')])
    const [record = ''] = await memory.records.read('a')
    const moving = new EncryptedStore({ store: memory, keys: [newer], allowPlaintext: true })
    for (const altered of [
      record.slice(0, -5),
      record.replace('"payload":"A', '"payload":"B'),
      record.replace(':3', ':9'),
    ]) {
      await memory.records.commit('a', { drop: 'all', append: [altered] })
      expect((await failure(() => moving.session('a').getItems())).code).toBe('SESSION_DECRYPT_FAILED')
      expect((await failure(() => moving.encryptExisting({ sessionId: 'a' }))).code).toBe('SESSION_DECRYPT_FAILED')
    }
  })
})
