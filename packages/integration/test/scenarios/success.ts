import { Agent, type AgentOutputItem } from '@openai/agents'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents/testing'
import { askWeather, scriptedAgent } from '../agents.ts'
import { inBothModes, play, type Scenario } from './scenario.ts'

/** With properties that the SDK's schema does not name, as providers send them. */
const reasoning: AgentOutputItem = {
  type: 'reasoning',
  id: 'rs_1',
  content: [{ type: 'input_text', text: 'I need the weather.', providerData: { annotations: [] } }],
  providerData: { encrypted_content: 'gAAAA', summary: [{ text: 'é😀' }] },
}

const pixel = new Uint8Array([137, 80, 78, 71])

/** The run succeeds: the whole turn is stored by one write at its end. */
export const success: Scenario[] = [
  ...inBothModes((stream) => ({
    name: 'stores a plain answer behind its question',
    run: async (session) => [await play({ session, stream, agent: answering('Cold.') })],
    endings: ['answered: Cold.'],
    stored: ['user: Weather?', 'assistant: Cold.'],
    calls: ['getItems()', 'addItems [user, assistant]'],
  })),
  ...inBothModes((stream) => ({
    name: 'stores the whole turn at its end, across tools and a handoff',
    run: async (session) => [await play({ session, stream, agent: travelDesk() })],
    endings: ['answered: Pack a hat.'],
    stored: [
      'user: Weather?',
      'reasoning rs_1',
      'call call_1: weather {"city":"Paris"}',
      'result call_1: Sunny in Paris',
      'call call_2: transfer_to_Packer {}',
      'result call_2: {"assistant":"Packer"}',
      'assistant: Pack a hat.',
    ],
    calls: ['getItems()', 'addItems [user, reasoning, call, result, call, result, assistant]'],
  })),
  ...inBothModes((stream) => ({
    name: 'keeps two parallel calls and their results in order',
    run: async (session) => [await play({ session, stream, agent: twoCalls() })],
    endings: ['answered: Sunny twice.'],
    stored: [
      'user: Weather?',
      'call call_1: weather {"city":"Paris"}',
      'call call_2: weather {"city":"Paris"}',
      'result call_1: Sunny in Paris',
      'result call_2: Sunny in Paris',
      'assistant: Sunny twice.',
    ],
    calls: ['getItems()', 'addItems [user, call, call, result, result, assistant]'],
  })),
  ...inBothModes((stream) => ({
    name: 'stores an image that a tool returned as bytes',
    run: async (session) => [await play({ session, stream, agent: photographer() })],
    endings: ['answered: A pixel.'],
    stored: [
      'user: Weather?',
      'call call_1: weather {"city":"Paris"}',
      'result call_1: input_image data:image/png;base64,iVBORw==',
      'assistant: A pixel.',
    ],
    calls: ['getItems()', 'addItems [user, call, result, assistant]'],
  })),
  ...inBothModes((stream) => ({
    name: 'continues a conversation with a second run',
    run: async (session) => [
      await play({ session, stream, agent: answering('Cold.') }),
      await play({ session, stream, agent: answering('Wet.'), input: 'And here?' }),
    ],
    endings: ['answered: Cold.', 'answered: Wet.'],
    stored: ['user: Weather?', 'assistant: Cold.', 'user: And here?', 'assistant: Wet.'],
    calls: ['getItems()', 'addItems [user, assistant]', 'getItems()', 'addItems [user, assistant]'],
  })),
]

function answering(text: string): Agent {
  return scriptedAgent({ turns: [[assistantMessage(text)]] })
}

function travelDesk(): Agent {
  const packer = new Agent({ name: 'Packer', model: new ScriptedModel([[assistantMessage('Pack a hat.')]]) })
  const handOver = functionCall('transfer_to_Packer', {}, { callId: 'call_2' })
  return scriptedAgent({ handoffs: [packer], turns: [[reasoning, askWeather()], [handOver]] })
}

function twoCalls(): Agent {
  return scriptedAgent({ turns: [[askWeather('call_1'), askWeather('call_2')], [assistantMessage('Sunny twice.')]] })
}

function photographer(): Agent {
  const execute = async () => ({ type: 'image', image: { data: pixel, mediaType: 'image/png' } })
  return scriptedAgent({ weather: { execute }, turns: [[askWeather()], [assistantMessage('A pixel.')]] })
}
