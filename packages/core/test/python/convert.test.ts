import { jsonCodec, MemoryStore } from '@sessions/core'
import { convertSessions } from '@sessions/core/operations'
import { pythonCodec } from '@sessions/core/python'
import { describe, expect, it } from 'vitest'

const call = { type: 'function_call', callId: 'c1', name: 'weather', arguments: '{}', status: 'completed' }
const result = { type: 'function_call_result', callId: 'c1', name: 'weather', status: 'completed', output: 'sunny' }
const image = { role: 'user', content: [{ type: 'input_image', image: new Uint8Array([1]) }] }
const answer = { role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Sunny' }] }
const items = [{ role: 'user', content: 'Hi' }, call, result, image, answer]
const pythonUser = '{"role": "user", "content": "H\\u00e9"}'

/** Sessions `a` of JavaScript's and `b`, in which both have written. */
async function mixed(): Promise<MemoryStore> {
  const store = new MemoryStore({ ttl: 3_600 })
  await store.session<object>('a').addItems(items)
  await store.session('a').setMetadata({ title: 'A' })
  await store.records.commit('b', { append: [pythonUser, '{"type": "x", "n": NaN}'] })
  await store.session<object>('b').addItems(items)
  return store
}

async function stored(store: MemoryStore, sessionId: string): Promise<object[]> {
  return (await store.records.read(sessionId)).map((record) => JSON.parse(record))
}

describe('convertSessions', () => {
  it('turns sessions over where they stand, and nothing else about them', async () => {
    const store = await mixed()
    const before = await Promise.all(['a', 'b'].map((id) => store.getSessionInfo(id)))
    const first = await convertSessions(store, store, { codec: pythonCodec })
    expect(first).toMatchObject({ replaced: 2, equal: 0, created: 0, records: 12 })
    expect(await Promise.all(['a', 'b'].map((id) => store.getSessionInfo(id)))).toEqual(before)
    expect(await stored(store, 'a')).toMatchObject([
      items[0],
      { type: 'function_call', call_id: 'c1' },
      { type: 'function_call_output', call_id: 'c1', output: 'sunny' },
      { role: 'user', content: [{ type: 'input_image' }] },
      { role: 'assistant', content: [{ type: 'output_text', text: 'Sunny', annotations: [] }] },
    ])
    expect((await store.records.read('b')).slice(0, 2)).toEqual([pythonUser, '{"type": "x", "n": NaN}'])
    expect(await store.session<object>('a', { codec: pythonCodec }).getItems()).toEqual(items)
    expect((await store.session<object>('b', { codec: pythonCodec }).getItems()).slice(2)).toEqual(items)
    const again = await convertSessions(store, store, { codec: pythonCodec })
    expect(again).toMatchObject({ replaced: 0, equal: 2, records: 0 })
  })

  it('turns them back, equal to what JavaScript stored', async () => {
    const store = await mixed()
    await convertSessions(store, store, { codec: pythonCodec })
    await convertSessions(store, store, { codec: jsonCodec, fromCodec: pythonCodec })
    expect(await store.session<object>('a').getItems()).toEqual(items)
    expect((await store.session<object>('b').getItems()).slice(2)).toEqual(items)
  })

  it('converts copies on their way, and leaves the source', async () => {
    const [from, to] = [await mixed(), new MemoryStore()]
    const before = await from.records.read('a')
    expect(await convertSessions(from, to, { codec: pythonCodec })).toMatchObject({ created: 2 })
    expect(await convertSessions(from, to, { codec: pythonCodec })).toMatchObject({ equal: 2 })
    expect(await from.records.read('a')).toEqual(before)
    expect(await to.session<object>('a', { codec: pythonCodec }).getItems()).toEqual(items)
    expect(await stored(to, 'a')).toMatchObject([{}, { call_id: 'c1' }, {}, {}, {}])
    const [one, other] = await Promise.all([from, to].map((store) => store.getSessionInfo('a')))
    expect(other).toEqual(one)
  })

  it('loses nothing of what is appended meanwhile', async () => {
    const store = new MemoryStore()
    for (let index = 0; index < 50; index++) await store.session<object>('s').addItems(items)
    const appended = Array.from({ length: 20 }, (_, index) => ({ role: 'user', content: `${index}` }))
    const appends = async (): Promise<void> => {
      for (const item of appended) await store.session<object>('s').addItems([item])
    }
    await Promise.all([convertSessions(store, store, { codec: pythonCodec }), appends()])
    const all = await store.session<object>('s', { codec: pythonCodec }).getItems()
    expect(all.slice(-20)).toEqual(appended)
    expect(all).toHaveLength(270)
    expect(await convertSessions(store, store, { codec: pythonCodec })).toMatchObject({ equal: 1 })
  })

  it('changes nothing of a session with an item that cannot be read, and says which', async () => {
    const store = new MemoryStore()
    await store.session<object>('s').addItems(items)
    await store.records.commit('s', { append: ['{"type": "function_call", "name": "f", "arguments": "secret"}'] })
    const before = await store.records.read('s')
    const failure = await convertSessions(store, store, { codec: pythonCodec }).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'SESSION_RECORD_CORRUPT',
      sessionId: 's',
      message: expect.stringContaining(
        'Record 6 of the 6 of the session cannot be converted: its call_id is not there',
      ),
    })
    expect(String(failure)).not.toContain('secret')
    expect(await store.records.read('s')).toEqual(before)
  })

  it('converts what others append while it converts, and loses none of it', async () => {
    const store = await mixed()
    const late = { role: 'user', content: 'Late' }
    let isFirst = true
    const codec = {
      ...pythonCodec,
      async encode(item: object): Promise<string> {
        const wasFirst = isFirst
        isFirst = false
        if (wasFirst) await store.session<object>('a').addItems([late])
        return pythonCodec.encode(item)
      },
    }
    const options = { codec, fromCodec: pythonCodec, filter: { prefix: 'a' } }
    expect(await convertSessions(store, store, options)).toMatchObject({ replaced: 1 })
    expect(await stored(store, 'a')).toMatchObject([{}, { call_id: 'c1' }, { call_id: 'c1' }, {}, {}, late])
    expect(await store.session<object>('a', { codec: pythonCodec }).getItems()).toEqual([...items, late])
  })

  it('refuses what is no codec', async () => {
    const store = new MemoryStore()
    for (const codec of [undefined, {}, 'python']) {
      await expect(convertSessions(store, store, { codec: codec as never })).rejects.toThrow(TypeError)
    }
    await expect(convertSessions(store, store, { codec: pythonCodec, fromCodec: {} as never })).rejects.toThrow(
      /fromCodec must be an ItemCodec/,
    )
  })
})
