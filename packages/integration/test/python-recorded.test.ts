import { readFileSync } from 'node:fs'
import { Agent, OpenAIProvider, Runner } from '@openai/agents'
import { MemoryStore } from '@sessions/core'
import { pythonCodec } from '@sessions/core/python'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asSent, sentByPython } from '../../core/test/python/sent.ts'
import { answer } from './python/histories.ts'
import { type StandIn, startStandIn } from './python/responses-stand-in.ts'

/** What a kind of run left: the texts that Python's session stores, and what its next run sent of them. */
interface Recorded {
  stored: string[]
  sent: object[]
}

/** Recorded from Python's runner: `pnpm record:python`. */
const { kinds }: { kinds: Record<string, Recorded> } = JSON.parse(
  readFileSync(new URL('python/recorded.json', import.meta.url), 'utf8'),
)

let api: StandIn
let runner: Runner
beforeAll(async () => {
  api = await startStandIn()
  const modelProvider = new OpenAIProvider({ apiKey: 'none', baseURL: api.baseURL, useResponses: true })
  runner = new Runner({ modelProvider, tracingDisabled: true })
})
afterAll(() => api.close())

const agent = new Agent({ name: 'A', model: 'm' })

/**
 * The same, but for where the runners differ: the JavaScript one begins with what was compacted, and writes the names of variables, in an item
 * that its SDK does not know, as those of its own fields.
 */
function sentByJavaScript(sent: readonly object[]): unknown[] {
  const start = sent.findIndex((item) => 'type' in item && item.type === 'compaction')
  const text = JSON.stringify(sent.slice(Math.max(0, start)))
  return (JSON.parse(text.replace('"env":{"HOME":', '"env":{"_h_o_m_e":')) as object[]).map(sentByPython)
}

describe.each(Object.entries(kinds))('what Python stores of a run: %s', (_, { stored, sent }) => {
  it('is sent by a JavaScript runner as by the one of Python, and stays as it is', async () => {
    const store = new MemoryStore()
    await store.records.commit('s', { append: stored })
    api.answers.splice(0, api.answers.length, [answer('msg_9', 'Done.')])
    await runner.run(agent, 'And now?', { session: store.session('s', { codec: pythonCodec }) })
    expect(api.inputs.at(-1)?.map(asSent)).toEqual(sentByJavaScript(sent))
    expect((await store.records.read('s')).slice(0, -2)).toEqual(stored)
  })

  it('is the same again when JavaScript adds what it has read', async () => {
    const store = new MemoryStore()
    await store.records.commit('s', { append: stored })
    const items = await store.session<object>('s', { codec: pythonCodec }).getItems()
    await store.session<object>('again', { codec: pythonCodec }).addItems(items)
    const again = await store.records.read('again')
    expect(again.map((text) => JSON.parse(text))).toEqual(stored.map((text) => JSON.parse(text)))
  })
})
