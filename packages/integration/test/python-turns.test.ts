import { randomUUID } from 'node:crypto'
import { convertSessions } from '@sessions/core/operations'
import { pythonCodec } from '@sessions/core/python'
import { EncryptedStore } from '@sessions/encrypted'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SharedStore, sharedStores } from './python/backends.ts'

const user = { role: 'user', content: 'Weather?' }
const thought = { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Ask.' }] }
const call = { id: 'fc_1', type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}', status: 'completed' }
const answer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Sunny.', annotations: [], logprobs: [] }],
}

describe.each(Object.entries(sharedStores))('Python and JavaScript in one store: %s', (_, open) => {
  let shared: SharedStore
  beforeAll(async () => {
    shared = await open()
  })
  afterAll(() => shared.close())

  it('take turns in one conversation, each with its own items', async () => {
    const { store, python } = shared
    const sessionId = randomUUID()
    await python.add(sessionId, [user, thought, call])
    const session = store.session<object>(sessionId, { codec: pythonCodec })
    const result = { type: 'function_call_result', callId: 'c1', name: 'weather', status: 'completed' }
    await session.addItems([{ ...result, output: { type: 'text', text: 'sunny' } }])
    await python.add(sessionId, [answer])
    const second = { type: 'function_call', callId: 'c2', name: 'wind', arguments: '{}', status: 'completed' }
    await session.addItems([{ role: 'user', content: [{ type: 'input_image', image: 'https://a/b.png' }] }, second])
    await python.add(sessionId, [{ type: 'function_call_output', call_id: 'c2', output: 'none' }])

    const stored = await python.items(sessionId)
    expect(stored).toMatchObject([
      user,
      thought,
      call,
      { type: 'function_call_output', call_id: 'c1', output: 'sunny' },
      answer,
      { role: 'user', content: [{ type: 'input_image', image_url: 'https://a/b.png' }] },
      { type: 'function_call', call_id: 'c2', name: 'wind', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c2', output: 'none' },
    ])
    const items = await session.getItems()
    expect(items).toMatchObject([
      user,
      { type: 'reasoning', id: 'rs_1', content: [{ type: 'input_text', text: 'Ask.' }] },
      { type: 'function_call', callId: 'c1', name: 'weather' },
      { type: 'function_call_result', callId: 'c1', name: 'weather', output: { type: 'text', text: 'sunny' } },
      { role: 'assistant', content: [{ type: 'output_text', text: 'Sunny.' }] },
      { role: 'user', content: [{ type: 'input_image', image: 'https://a/b.png' }] },
      second,
      { type: 'function_call_result', callId: 'c2', name: 'wind', output: { type: 'text', text: 'none' } },
    ])
    expect(await session.popItem()).toEqual(items.at(-1))
    expect(await python.items(sessionId)).toEqual(stored.slice(0, -1))
    await session.addItems(items.slice(-1))
    expect(await python.items(sessionId), 'what Python stored comes back as it was').toEqual(stored)
  })

  it('go on with a history of before, once it is turned over where it stands', async () => {
    const { store, python } = shared
    const sessionId = randomUUID()
    const items = [
      { role: 'user', content: 'Weather?' },
      { type: 'function_call', callId: 'c1', name: 'weather', arguments: '{}', status: 'completed' },
      { type: 'function_call_result', callId: 'c1', name: 'weather', status: 'completed', output: 'sunny' },
    ]
    await store.session<object>(sessionId).addItems(items)
    await store.session(sessionId).setMetadata({ title: 'kept' })
    const before = await store.getSessionInfo(sessionId)
    const options = { codec: pythonCodec, filter: { prefix: sessionId } }
    expect(await convertSessions(store, store, options)).toMatchObject({ replaced: 1 })
    expect(await convertSessions(store, store, options)).toMatchObject({ replaced: 0, equal: 1 })
    expect(await store.getSessionInfo(sessionId)).toEqual(before)
    expect(await python.items(sessionId)).toMatchObject([
      user,
      { type: 'function_call', call_id: 'c1', name: 'weather' },
      { type: 'function_call_output', call_id: 'c1', output: 'sunny' },
    ])
    await python.add(sessionId, [answer])
    const session = store.session<object>(sessionId, { codec: pythonCodec })
    expect((await session.getItems()).slice(0, 3)).toEqual(items)
    expect(await session.popItem()).toMatchObject({ role: 'assistant', id: 'msg_1' })
  })

  it('share envelopes whose items are in the form of Python', async () => {
    const { store, python } = shared
    const encryptionKey = 'a secret of both'
    const encrypted = new EncryptedStore({ store, encryptionKey, format: 'python' })
    const sessionId = randomUUID()
    // What Python seals is text of its own form: sealed without the codec, it is what Python would have stored.
    await encrypted.session<object>(sessionId).addItems([user, call])
    const session = encrypted.session<object>(sessionId, { codec: pythonCodec })
    await session.addItems([{ type: 'function_call_result', callId: 'c1', name: 'weather', output: 'sunny' }])
    expect((await session.getItems()).at(-1)).toMatchObject({ callId: 'c1', name: 'weather' })
    const opened = await encrypted.session<object>(sessionId).getItems()
    expect(opened).toMatchObject([user, call, { type: 'function_call_output', call_id: 'c1', output: 'sunny' }])
    for (const item of await python.items(sessionId)) expect(item).toMatchObject({ __enc__: 1, kid: 'hkdf-v1' })
  })
})
