import { MemoryStore, type SessionError } from '@sessions/core'
import type { EncryptionOptions } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import { describe, expect, it } from 'vitest'
import { failure, item } from './support/failure.ts'
import { testKey } from './support/keys.ts'
import { encrypted, id, items, written } from './support/written.ts'

/** Puts records in the place of those that are there. */
async function overwrite(memory: MemoryStore, records: readonly string[]): Promise<void> {
  await memory.records.commit(id, { drop: 'all', append: records })
}

/**
 * Every way to read or to remove the newest item fails alike, and nothing is lost by it.
 */
async function failsEverywhere(memory: MemoryStore, options?: EncryptionOptions): Promise<SessionError> {
  const before = await memory.records.read(id)
  const session = encrypted(memory, options).session(id)
  const error = await failure(() => session.getItems())
  const calls = [
    () => session.popItem(),
    () => session.getItems(1),
    async () => {
      for await (const _ of session.items({ pageSize: 2 }));
    },
    () => session.replaceHistoryWithCompaction([]),
    () => session.applyHistoryMutations({ mutations: [] }),
    () =>
      encrypted(memory, options)
        .session(id)
        .addItems([item('more')]),
  ]
  for (const call of calls) expect((await failure(call)).code).toBe(error.code)
  expect(await memory.records.read(id)).toEqual(before)
  return error
}

describe('SESSION_DECRYPT_FAILED', () => {
  it('says that the key is another one, and popItem removes nothing', async () => {
    const { memory } = await written()
    const error = await failsEverywhere(memory, { encryptionKey: testKey(1) })
    expect(error).toMatchObject({
      code: 'SESSION_DECRYPT_FAILED',
      retryable: false,
      sessionId: id,
      operation: 'getItems',
    })
    expect(error.message).toMatch(
      /^Record 1 of those read \(oldest first\) cannot be decrypted: the key is another one/,
    )
  })

  it('says which record was altered', async () => {
    const { memory, records } = await written()
    const altered = (records[2] ?? '').replace(/.(.)"}$/, (end) =>
      end.startsWith('A') ? `B${end.slice(1)}` : `A${end.slice(1)}`,
    )
    await overwrite(memory, [...records.slice(0, 2), altered])
    expect((await failsEverywhere(memory)).message).toMatch(/^Record 3 of those read/)
  })

  it.each([
    ['cut off', (record: string) => record.slice(0, -9), /cut off or malformed/],
    [
      'with a payload cut off',
      (record: string) => record.replace(/.{4}"}$/, '"}'),
      /it was altered, or belongs to another session|its payload is cut off/,
    ],
    [
      'with hardly any payload',
      (record: string) => record.replace(/"payload":".*"/, '"payload":"AAAA"'),
      /payload is cut off/,
    ],
    [
      'of another version',
      (record: string) => record.replace('__":3', '__":4'),
      /not of a version that is known, up to 3/,
    ],
    [
      'of a version before',
      (record: string) => record.replace('__":3', '__":2'),
      /key is another one, or the record was alt/,
    ],
    ['of Python', (record: string) => record.replace('__":3', '__":1'), /format: 'python' reads/],
    ['of a cipher that is not known', (record: string) => record.replace('XC20P', 'XC20Q'), /cipher that this version/],
    ['of the other cipher', (record: string) => record.replace('XC20P', 'XA256GCM'), /it was altered/],
    ['with a key id that is none', (record: string) => record.replace('default', 'a b'), /malformed/],
    ['with a field too many', (record: string) => record.replace('{', '{"more":"x",'), /malformed/],
    ['with a field of another type', (record: string) => record.replace('"default"', '7'), /malformed/],
    ['without a field', (record: string) => record.replace('"kid":"default",', ''), /malformed/],
    ['with a field renamed to a method', (record: string) => record.replace('"kid"', '"toString"'), /malformed/],
    [
      'that asks for a passphrase',
      (record: string) => record.replace('"payload"', '"kdf":"scrypt-30-8-1","payload"'),
      /another way/,
    ],
  ])('refuses an envelope %s', async (_, alter, reason) => {
    const { memory, records } = await written()
    await overwrite(memory, records.toSpliced(2, 1, alter(records[2] ?? '')))
    const error = await failsEverywhere(memory)
    expect(error.code).toBe('SESSION_DECRYPT_FAILED')
    expect(error.message).toMatch(reason)
  })

  it('refuses an envelope of another session, and one under another key id', async () => {
    const { memory, records } = await written()
    await memory.records.commit('other', { append: records })
    const keys = [
      { id: 'default', key: testKey() },
      { id: 'more', key: testKey() },
    ]
    expect((await failure(() => encrypted(memory).session('other').getItems())).code).toBe('SESSION_DECRYPT_FAILED')
    await overwrite(
      memory,
      records.map((record) => record.replace('"default"', '"more"')),
    )
    expect((await failsEverywhere(memory, { keys })).code).toBe('SESSION_DECRYPT_FAILED')
  })

  it('refuses a key of 32 bytes where a passphrase was used, without stretching anything', async () => {
    const memory = new MemoryStore()
    await encrypted(memory, { encryptionKey: 'correct horse battery staple' }).session(id).addItems(items)
    expect((await failsEverywhere(memory)).message).toMatch(/made of a passphrase/)
  })
})

it('SESSION_KEY_UNKNOWN names the key id that is missing', async () => {
  const memory = new MemoryStore()
  await encrypted(memory, { keys: [{ id: '2026-01', key: testKey() }] })
    .session(id)
    .addItems(items)
  const session = encrypted(memory, { keys: [{ id: '2026-02', key: testKey(1) }] }).session(id)
  for (const call of [
    () => session.getItems(),
    () => session.popItem(),
    () => session.replaceHistoryWithCompaction([]),
  ]) {
    const error = await failure(call)
    expect(error).toMatchObject({ code: 'SESSION_KEY_UNKNOWN', retryable: false })
    expect(error.message).toMatch(/^Record 1 of those read.* no key "2026-01" among the keys\. It was left/)
  }
  expect(await memory.records.read(id)).toHaveLength(3)
})

it('SESSION_PLAINTEXT_REFUSED where an item among encrypted ones is not encrypted', async () => {
  const { memory } = await written()
  await memory.session(id).addItems([item('planted')])
  const error = await failsEverywhere(memory)
  expect(error.code).toBe('SESSION_PLAINTEXT_REFUSED')
  expect(error.message).toMatch(/^Record [14] of those read.*not encrypted; allowPlaintext: true reads it/)
})

it('SESSION_REPLAYED where one envelope stands there twice, on whatever page', async () => {
  const { memory, records } = await written()
  await overwrite(memory, [...records, records[0] ?? ''])
  const session = encrypted(memory).session(id)
  const error = await failure(() => session.getItems())
  expect(error.code).toBe('SESSION_REPLAYED')
  expect(error.message).toMatch(/^Record 4 of those read/)
  await using paged = new SQLiteStore()
  await paged.records.commit(id, { append: await memory.records.read(id) })
  const iterating = async (): Promise<void> => {
    for await (const _ of encrypted(paged).session(id).items({ pageSize: 1 }));
  }
  const iterated = await failure(iterating)
  expect(iterated.code).toBe('SESSION_REPLAYED')
  expect(iterated.message, 'counted from the first page on').toMatch(/^Record 4 of those read/)
  expect((await failure(() => session.replaceHistoryWithCompaction([]))).code).toBe('SESSION_REPLAYED')
  expect(await memory.records.read(id)).toHaveLength(4)
})

it("reads around all of that with onCorrupt: 'skip', and removes none of it", async () => {
  const { memory, records } = await written()
  const [first = '', second = '', third = ''] = records
  const unknown = first.replace('"default"', '"unknown"')
  const planted = JSON.stringify(item('planted'))
  await overwrite(memory, [
    first,
    second.slice(0, -3),
    planted,
    unknown,
    first,
    third,
    'cut',
    second.replace('"payload":"A', '"payload":"B'),
  ])
  const session = encrypted(memory).session(id, { onCorrupt: 'skip' })
  expect(await session.getItems()).toEqual([items[0], items[2]])
  expect(await session.getItems(2)).toEqual([items[0], items[2]])
  expect(await session.getItems(1)).toEqual([items[2]])
  const iterated = []
  for await (const one of session.items({ pageSize: 3 })) iterated.push(one)
  expect(iterated).toEqual([items[0], items[2]])
  await failure(() => session.popItem())
  expect(await memory.records.read(id)).toHaveLength(8)
  await session.addItems([item('after')])
  expect(await session.popItem()).toEqual(item('after'))
})

it('SESSION_CLOSED after close, and the keys of the store are gone', async () => {
  const { memory } = await written()
  const store = encrypted(memory)
  const skipping = store.session(id, { onCorrupt: 'skip' })
  await store.close()
  for (const call of [
    () => store.session(id).getItems(),
    () => store.rotateKeys(),
    () => skipping.getItems(),
    () => skipping.addItems([]),
  ]) {
    expect((await failure(call)).code).toBe('SESSION_CLOSED')
  }
  expect(await memory.records.read(id), 'the other store stays open').toHaveLength(3)
})
