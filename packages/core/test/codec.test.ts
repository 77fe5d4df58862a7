import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { canonicalJSON, type ItemCodec, jsonCodec, MemoryStore, StoredSession } from '@sessions/core'
import { describe, expect, it } from 'vitest'

const encode = (item: object): string => jsonCodec.encode(item)

describe('the JSON codec', () => {
  it('writes plain JSON, which Python reads', () => {
    expect(encode({ role: 'user', content: 'héllo', n: [1.5, null] })).toBe(
      '{"role":"user","content":"héllo","n":[1.5,null]}',
    )
    expect(encode({ text: '\ud800\0' })).toBe('{"text":"\\ud800\\u0000"}')
  })

  it('reads what Python writes, spaces and escapes included', () => {
    expect(jsonCodec.decode('{"role": "user", "content": "h\\u00e9llo"}')).toEqual({
      role: 'user',
      content: 'héllo',
    })
  })

  it('marks bytes so that no object of the caller can be taken for them', () => {
    expect(encode({ data: new Uint8Array([0, 255]) })).toBe('{"data":{"$bytes":"AP8="}}')
    expect(encode({ data: Buffer.from('hi') })).toBe('{"data":{"$bytes":"aGk="}}')
    expect(encode({ $bytes: 'x' })).toBe('{"$$bytes":"x"}')
    expect(encode({ $bytes: 'x', more: 1 })).toBe('{"$bytes":"x","more":1}')
    for (const item of [
      { a: { $bytes: 'AP8=', gone: undefined } },
      { $$bytes: { $$$bytes: 1 } },
      { a: [{ $bytes: {} }] },
    ]) {
      expect(jsonCodec.decode(encode(item))).toEqual(JSON.parse(JSON.stringify(item)))
    }
  })

  it.each(['', 'text', '[1]', '"text"', 'null', '1', '{"a":NaN}', '{"$bytes":"*"}', '{"a":{"$bytes":1}}'])(
    'refuses %j as corrupt without quoting it',
    (record) => {
      expect(() => jsonCodec.decode(record)).toThrow(expect.objectContaining({ code: 'SESSION_RECORD_CORRUPT' }))
    },
  )
})

it('canonical JSON sorts the keys at every depth and nothing else', () => {
  expect(canonicalJSON({ b: [{ d: 1, c: 2 }], a: { z: null, '1': true } })).toBe(
    canonicalJSON({ a: { '1': true, z: null }, b: [{ c: 2, d: 1 }] }),
  )
  expect(canonicalJSON([2, 1])).toBe('[2,1]')
})

describe('a codec of one’s own', () => {
  /** Writes differently each time, and takes a moment, as encryption does. */
  const wrapped: ItemCodec<{ content: string }> = {
    encode: (item) => {
      const record = `${Math.random()}|${JSON.stringify(item)}`
      return Promise.resolve(record)
    },
    decode: async (record) => JSON.parse(record.slice(record.indexOf('|') + 1)),
  }

  it('serves every method though its records differ each time', async () => {
    await using store = new MemoryStore()
    const session = new StoredSession(store, 'a', { codec: wrapped })
    const item = { content: 'before' }
    const added = session.addItems([item, { content: '2' }, { content: '3' }])
    item.content = 'after'
    await added
    expect(await session.getItems()).toEqual([{ content: 'before' }, { content: '2' }, { content: '3' }])
    const args = {
      operationId: 'op',
      transaction: { type: 'replace_suffix', expectedSuffix: [{ content: '3' }], replacement: [{ content: '4' }] },
    } as const
    await session.applyHistoryTransaction(args)
    await session.applyHistoryTransaction(args)
    expect(await session.getItems(2)).toEqual([{ content: '2' }, { content: '4' }])
    expect(await session.popItem()).toEqual({ content: '4' })
  })

  it('that fails is named without its message, which may quote an item', async () => {
    await using store = new MemoryStore()
    const failing: ItemCodec<object> = {
      encode: () => {
        throw new RangeError('a secret')
      },
      decode: () => {
        throw new SyntaxError('a secret')
      },
    }
    const session = store.session('a', { codec: failing })
    await expect(session.addItems([{}])).rejects.toMatchObject({ code: 'SESSION_ITEM_INVALID' })
    await expect(session.addItems([{}])).rejects.toThrow(/^(?!.*secret).*RangeError/)
    await store.records.commit('a', { append: ['x'] })
    await expect(session.getItems()).rejects.toMatchObject({ code: 'SESSION_RECORD_CORRUPT' })
    await expect(session.getItems()).rejects.toThrow(/^(?!.*secret).*SyntaxError/)
    expect(await store.records.read('a')).toEqual(['x'])
  })

  it('that rejects is treated as one that throws', async () => {
    await using store = new MemoryStore()
    const rejecting: ItemCodec<object> = {
      encode: (item) => Promise.reject(new Error(JSON.stringify(item))),
      decode: async (record) => JSON.parse(record),
    }
    const session = store.session('a', { codec: rejecting })
    const error = await session
      .addItems([{ text: 'a secret' }, { text: 'a secret' }])
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SESSION_ITEM_INVALID', message: expect.stringContaining('items[0]') })
    expect(inspect(error, { depth: 9 })).not.toContain('a secret')
    const failing: ItemCodec<object> = {
      encode: (item) => JSON.stringify(item),
      decode: (record) => JSON.parse(record),
      fingerprint: (canonical) => {
        throw new Error(canonical)
      },
    }
    const transaction = { type: 'append_items', items: [{ text: 'a secret' }] } as const
    const refused = await store
      .session('a', { codec: failing })
      .applyHistoryTransaction({ operationId: 'op', transaction })
      .catch((reason: unknown) => reason)
    expect(refused).toMatchObject({ code: 'SESSION_ITEM_INVALID' })
    expect(inspect(refused, { depth: 9 })).not.toContain('a secret')
    expect(await store.records.read('a')).toEqual([])
  })

  it('may give promises of another realm', async () => {
    await using store = new MemoryStore()
    const foreign: ItemCodec<object> = {
      encode: (item) => runInNewContext('Promise').resolve(JSON.stringify(item)),
      decode: (record) => runInNewContext('Promise').resolve(JSON.parse(record)),
    }
    const session = store.session('a', { codec: foreign })
    await session.addItems([{ n: 1 }, { n: 2 }])
    expect(await session.getItems()).toEqual([{ n: 1 }, { n: 2 }])
    expect(await session.popItem()).toEqual({ n: 2 })
  })

  it('that fails for several records is reported at the first of them', async () => {
    await using store = new MemoryStore()
    const slow: ItemCodec<object> = {
      encode: (item) => JSON.stringify(item),
      decode: async (record) => {
        for (let tick = 0; tick < (record === 'first' ? 9 : 0); tick++) await undefined
        if (record !== '{}') throw new SyntaxError('no')
        return {}
      },
    }
    await store.records.commit('a', { append: ['{}', 'first', '{}', 'second'] })
    await expect(store.session('a', { codec: slow }).getItems()).rejects.toThrow(/^Record 2 of the 4/)
  })

  it('must have its two methods', () => {
    expect(() => new MemoryStore().session('a', { codec: {} as never })).toThrow(/encode\(\) and decode\(\)/)
  })

  it('may give the fingerprint of a transaction', async () => {
    await using store = new MemoryStore()
    const seen: string[] = []
    const codec: ItemCodec<object> = {
      encode: (item) => JSON.stringify(item),
      decode: (record) => JSON.parse(record),
      fingerprint: (canonical) => {
        seen.push(canonical)
        return 'always the same'
      },
    }
    const session = store.session('a', { codec })
    const send = (content: string): Promise<void> =>
      session.applyHistoryTransaction({
        operationId: 'op',
        transaction: { type: 'append_items', items: [{ content }] },
      })
    await send('1')
    await send('2')
    expect(await session.getItems()).toEqual([{ content: '1' }])
    expect(seen[0]).toContain('append_items')
  })
})
