import { MemoryStore, type StoredSession } from '@sessions/core'
import { pythonCodec } from '@sessions/core/python'
import { describe, expect, it } from 'vitest'

const call = { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}', id: 'fc_1', status: 'completed' }
const result = { type: 'function_call_output', call_id: 'c1', output: 'sunny' }
const user = { role: 'user', content: 'Hi' }

/** As Python's SQLiteSession writes it. */
function asPython(item: object): string {
  return JSON.stringify(item).replaceAll('":', '": ').replaceAll(',"', ', "')
}

async function history(...items: object[]): Promise<{ store: MemoryStore; session: StoredSession<object> }> {
  const store = new MemoryStore()
  await store.records.commit('s', { append: items.map(asPython) })
  return { store, session: store.session<object>('s', { codec: pythonCodec }) }
}

const named = expect.objectContaining({ type: 'function_call_result', callId: 'c1', name: 'weather' })

describe('a history that Python began', () => {
  it('names a result by its call, however it is read', async () => {
    const { session } = await history(user, call, result)
    expect((await session.getItems()).at(-1)).toEqual(named)
    expect(await session.getItems(1)).toEqual([named])
    expect((await session.page({ limit: 1 })).entries[0]?.item).toEqual(named)
    expect((await session.turns())[0]?.entries.at(-1)?.item).toEqual(named)
    for await (const item of session.items({ pageSize: 1 })) {
      if ((item as { callId?: string; type?: string }).type === 'function_call_result') expect(item).toEqual(named)
    }
    for await (const event of session.watch({ after: null })) {
      expect(event.type === 'added' && event.entries.at(-1)?.item).toEqual(named)
      break
    }
    expect(await session.popItem()).toEqual(named)
  })

  it('gives a result without its call the id of the call as a name', async () => {
    const { session } = await history(result)
    expect(await session.getItems()).toEqual([expect.objectContaining({ name: 'c1' })])
  })

  it('keeps the text of what Python wrote where it is added, replaced or compared again', async () => {
    const { store, session } = await history(user, call, result)
    const before = await store.records.read('s')
    const items = await session.getItems()
    expect(await session.replaceItems(items)).toEqual({ kept: 3, removed: 0, added: 0 })
    await session.applyHistoryTransaction({
      operationId: 'o',
      transaction: { type: 'replace_suffix', expectedSuffix: items.slice(-1), replacement: [...items.slice(-1), user] },
    })
    const after = await store.records.read('s')
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(after.slice(2).map((record) => JSON.parse(record))).toEqual([result, user])
    expect(await session.rewind({ turns: 2 })).toEqual([...items, user])
    await session.addItems(items)
    expect((await store.records.read('s')).map((record) => JSON.parse(record))).toEqual([user, call, result])
  })

  it('reads what JavaScript stored before the codec was chosen', async () => {
    const items = [
      user,
      { type: 'reasoning', content: [{ type: 'input_text', text: 'hm' }] },
      { type: 'function_call', callId: 'c1', name: 'weather', arguments: '{}', status: 'completed' },
      {
        type: 'function_call_result',
        callId: 'c1',
        name: 'weather',
        status: 'completed',
        output: { type: 'text', text: 's' },
      },
      { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Sunny' }] },
      { role: 'user', content: [{ type: 'input_image', image: new Uint8Array([1]) }] },
    ]
    const store = new MemoryStore()
    await store.session<object>('s').addItems(items)
    const session = store.session<object>('s', { codec: pythonCodec })
    await session.addItems(items.slice(1, 4))
    expect(await session.getItems()).toEqual([...items, ...items.slice(1, 4)])
  })

  it('says where a record is malformed, and leaves it', async () => {
    const places: [object, string][] = [
      [{ type: 'function_call', name: 'f', arguments: '{}' }, 'its call_id is not there'],
      [{ type: 'function_call', call_id: 1, name: 'f', arguments: '{}' }, 'its call_id is not a string'],
      [
        { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text' }] },
        'its output[0].text is not a string',
      ],
      [{ role: 'assistant', content: [{ type: 'output_text', text: null }] }, 'its content[0].text is not a string'],
      [{ role: 'user', content: 5 }, 'its content is not a list'],
      [{ role: 'robot', content: '' }, 'its role is not one of a message'],
      [{ type: 'reasoning', summary: ['secret'] }, 'its summary[0] is not an object'],
      [{ type: 7 }, 'its type is not a string'],
    ]
    for (const [item, place] of places) {
      const { store, session } = await history(user, item)
      await expect(session.getItems()).rejects.toMatchObject({
        code: 'SESSION_RECORD_CORRUPT',
        message: expect.stringContaining(`Record 2 of the 2 read (oldest first) cannot be decoded: ${place}`),
      })
      await expect(session.popItem()).rejects.toMatchObject({ code: 'SESSION_RECORD_CORRUPT' })
      expect(await store.records.read('s')).toHaveLength(2)
    }
  })
})

describe('numbers of Python that JavaScript cannot hold', () => {
  it.each([
    ['{"type":"program_x","a":NaN,"b":[-Infinity,{"n":12345678901234567890}],"c":"NaN 12345678901234567890"}'],
    ['{"role":"user","content":"Hi","n":Infinity}'],
    ['{"type":"function_call_output","call_id":"c","output":"x","cost":1234567890123456789012}'],
    [
      '{"type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"\\"a\\"","annotations":[],"logprobs":[{"logprob":-Infinity}]}]}',
    ],
  ])('come back as they were: %s', (record) => {
    const item = pythonCodec.decode(record)
    expect(JSON.stringify(item)).not.toContain('null,{"n":null')
    expect(pythonCodec.encode(structuredClone(item))).toBe(record)
  })

  it('are gone where somebody put another value in their place', () => {
    const item = pythonCodec.decode('{"type":"x","a":NaN}')
    item.providerData.a = 5
    expect(JSON.parse(pythonCodec.encode(item))).toMatchObject({ a: 5 })
    expect(pythonCodec.decode(pythonCodec.encode(item))).toEqual(item)
  })
})
