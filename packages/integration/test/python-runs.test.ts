import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents'
import { MemoryStore } from '@sessions/core'
import { pythonCodec } from '@sessions/core/python'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { asSent, sentByPython } from '../../core/test/python/sent.ts'
import { answer, pythonTurns } from './python/histories.ts'
import { refusalOf } from './python/input-fields.ts'
import { type StandIn, startStandIn } from './python/responses-stand-in.ts'

let api: StandIn
let runner: Runner
beforeAll(async () => {
  api = await startStandIn()
  const modelProvider = new OpenAIProvider({ apiKey: 'none', baseURL: api.baseURL, useResponses: true })
  runner = new Runner({ modelProvider, tracingDisabled: true })
})
beforeEach(() => void api.answers.splice(0))
afterAll(() => api.close())

const weather = tool({
  name: 'weather',
  description: 'The weather.',
  parameters: z.object({}),
  execute: async () => 'sunny',
})
const agent = new Agent({ name: 'A', model: 'm', tools: [weather] })
const question = { role: 'user', content: 'And now?' }

describe("a JavaScript runner on Python's history", () => {
  it.each(Object.entries(pythonTurns))('sends what Python would: %s', async (_, history) => {
    const store = new MemoryStore()
    const records = history.map((item) => JSON.stringify(item))
    await store.records.commit('s', { append: records })
    api.answers.push([answer('msg_9', 'Done.')])
    await runner.run(agent, 'And now?', { session: store.session('s', { codec: pythonCodec }) })
    expect(api.inputs.at(-1)?.map(asSent)).toEqual([...history, question].map(sentByPython))
    const stored = await store.records.read('s')
    expect(stored.slice(0, -2), 'what Python stored stays').toEqual(records)
    expect(stored.slice(-2).map((record) => JSON.parse(record))).toEqual([
      { ...question, type: 'message' },
      answer('msg_9', 'Done.'),
    ])
  })

  it('goes on with a tool, and leaves what Python can send', async () => {
    const store = new MemoryStore()
    // Before what was compacted the runner sends nothing.
    const { 'what was compacted': _, ...turns } = pythonTurns
    const history = Object.values(turns).flat()
    await store.records.commit('s', { append: history.map((item) => JSON.stringify(item)) })
    // The JavaScript runner stores calls without their ids.
    const call = { type: 'function_call', call_id: 'c9', name: 'weather', arguments: '{}', status: 'completed' }
    const thought = { id: 'rs_9', type: 'reasoning', summary: [] }
    api.answers.push([thought, { ...call, id: 'fc_9' }], [answer('msg_9', 'Sunny.')], [answer('msg_10', 'Bye.')])
    const session = store.session('s', { codec: pythonCodec })
    await runner.run(agent, 'And now?', { session })
    const stored = (await store.records.read('s')).map((record) => JSON.parse(record))
    expect(stored.slice(history.length)).toMatchObject([
      question,
      thought,
      call,
      { type: 'function_call_output', call_id: 'c9', output: 'sunny' },
      answer('msg_9', 'Sunny.'),
    ])
    // Python's runner takes this field off.
    const sent = stored.map(({ _agents_tool_title: _, ...item }) => item)
    expect(refusalOf(sent), 'Python can send it').toBeUndefined()
    await runner.run(agent, 'Thanks.', { session })
    expect(api.inputs.at(-1)?.slice(0, -1).map(asSent)).toEqual(stored.map(sentByPython))
  })

  it('is refused by the API without the codec', async () => {
    const store = new MemoryStore()
    const history = pythonTurns['images and files'] as object[]
    await store.records.commit('s', { append: history.map((item) => JSON.stringify(item)) })
    const accepted = api.inputs.length
    await runner.run(agent, 'And now?', { session: store.session('s') }).catch(() => undefined)
    expect(api.inputs.slice(accepted).map((input) => input.map(asSent))).not.toContainEqual(
      [...history, question].map(sentByPython),
    )
  })
})
