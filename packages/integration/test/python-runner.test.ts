import { randomUUID } from 'node:crypto'
import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents'
import { pythonCodec } from '@sessions/core/python'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { sharedStores } from './python/backends.ts'
import { refusalOf } from './python/input-fields.ts'
import { startStandIn } from './python/responses-stand-in.ts'

/** What Python's runner takes off an item before it sends it (0.22.0, `strip_internal_input_item_metadata`). */
const unsent: readonly string[] = ['_agents_tool_title', '_agents_tool_description', 'provider_data']

/** A turn of a reasoning model with a tool, in the form of the Responses API, which Python stores as it is. */
function turnOf(city: string): { question: object; call: object[]; result: object; answer: object[] } {
  const id = (kind: string): string => `${kind}_${city}`
  const summary = [{ type: 'summary_text', text: 'A tool is needed…' }]
  const url = { type: 'url_citation', start_index: 0, end_index: 5, title: 'W', url: 'https://example.com' }
  const said = { type: 'output_text', text: 'Sunny – 20 °C', annotations: [url], logprobs: [] }
  const call = { call_id: id('call'), name: 'weather', arguments: JSON.stringify({ city }), status: 'completed' }
  return {
    question: { role: 'user', content: `The weather in ${city}?` },
    call: [
      { type: 'reasoning', id: id('rs'), summary, encrypted_content: 'gAAAA' },
      { type: 'function_call', id: id('fc'), ...call },
    ],
    result: { type: 'function_call_output', call_id: id('call'), output: `Sunny in ${city}`, status: 'completed' },
    answer: [{ type: 'message', id: id('msg'), role: 'assistant', status: 'completed', content: [said] }],
  }
}

function itemsOf(city: string): object[] {
  const { question, call, result, answer } = turnOf(city)
  return [question, ...call, result, ...answer]
}

/** The JavaScript SDK stores calls of functions without the id that the server gave them (0.20.0). */
function stored(items: readonly object[]): object[] {
  return items.map((item) => {
    const { id, ...call } = item as Record<string, unknown>
    return call.type === 'function_call' ? call : item
  })
}

/** What Python sends of an item. The type of a user's message, which may be left out, is left out here. */
function asSent(item: object): Record<string, unknown> {
  const left = 'role' in item && item.role === 'user' ? [...unsent, 'type'] : unsent
  return Object.fromEntries(Object.entries(item).filter(([name]) => !left.includes(name)))
}

it.each(Object.entries(sharedStores))(
  'the runner goes on where Python was, and Python where it was: %s',
  async (_, open) => {
    const { store, python, close } = await open()
    onTestFinished(close)
    const api = await startStandIn()
    onTestFinished(() => api.close())
    const modelProvider = new OpenAIProvider({ apiKey: 'none', baseURL: api.baseURL, useResponses: true })
    const runner = new Runner({ tracingDisabled: true, modelProvider })
    const execute = async ({ city }: { city: string }): Promise<string> => `Sunny in ${city}`
    const parameters = z.object({ city: z.string() })
    const weather = tool({ name: 'weather', description: 'The weather.', parameters, execute })
    const agent = new Agent({ name: 'Assistant', model: 'gpt-5', tools: [weather] })
    const sessionId = randomUUID()
    const session = store.session(sessionId, { codec: pythonCodec })

    const cities = ['Paris', 'Rome', 'Oslo', 'Bern']
    for (const [index, city] of cities.entries()) {
      const { question, call, result, answer } = turnOf(city)
      if (index % 2 === 0) {
        await python.add(sessionId, [question])
        await python.add(sessionId, [...call, result, ...answer])
      } else {
        api.answers.push(call, answer)
        const { finalOutput } = await runner.run(agent, `The weather in ${city}?`, { session })
        expect(finalOutput).toBe('Sunny – 20 °C')
      }
    }

    const [paris, rome, oslo, bern] = cities.map(itemsOf) as [object[], object[], object[], object[]]
    const theirs = [...paris, ...stored(rome), ...oslo]
    expect(api.inputs, 'what the runner sent').toEqual([
      [...paris, ...rome.slice(0, 1)],
      [...paris, ...rome.slice(0, 4)],
      [...theirs, ...bern.slice(0, 1)],
      [...theirs, ...bern.slice(0, 4)],
    ])
    const sent = (await python.items(sessionId)).map(asSent)
    expect(sent, 'what Python would send').toEqual([...theirs, ...stored(bern)])
    expect(refusalOf(sent)).toBeUndefined()
  },
)
