import { assistantMessage, modelError, modelResponder } from '@openai/agents/testing'
import { askWeather, scriptedAgent } from '../agents.ts'
import { type Play, play, type Scenario } from './scenario.ts'

/** A way to fail that stores nothing when the result is awaited, and the user item when it is streamed. */
interface Failure {
  when: string
  start(): Pick<Play, 'agent' | 'options'>
  ending: string
  /** An abort ends a stream without an error. */
  streamEnding?: string
}

const failures: Failure[] = [
  {
    when: 'the model fails before it answered',
    start: () => ({ agent: scriptedAgent({ turns: [modelError(new Error('out of tokens'))] }) }),
    ending: 'failed: Error: out of tokens',
  },
  {
    when: 'the model fails after a tool ran',
    start: () => ({ agent: scriptedAgent({ turns: [[askWeather()], modelError(new Error('out of tokens'))] }) }),
    ending: 'failed: Error: out of tokens',
  },
  {
    when: 'a tool fails',
    start: () => ({ agent: scriptedAgent({ weather: { execute: storm }, turns: [[askWeather()]] }) }),
    ending: 'failed: ToolCallError: Failed to run function tools: Error: no signal',
  },
  {
    when: 'the run takes too many turns',
    start: () => ({ agent: scriptedAgent({ turns: [[askWeather()]] }), options: { maxTurns: 1 } }),
    ending: 'failed: MaxTurnsExceededError: Max turns (1) exceeded',
  },
  {
    when: 'the run is aborted during a model call',
    start: () => {
      const controller = new AbortController()
      const answer = modelResponder(() => {
        controller.abort()
        return [assistantMessage('Too late.')]
      })
      return { agent: scriptedAgent({ turns: [answer] }), options: { signal: controller.signal } }
    },
    ending: 'failed: AbortError: Scripted model request was aborted.',
    streamEnding: 'cancelled',
  },
]

const userItemAlone = { stored: ['user: Weather?'], calls: ['getItems()', 'addItems [user]'] }

export const failed: Scenario[] = [
  ...failures.flatMap(({ when, start, ending, streamEnding = ending }): Scenario[] => [
    {
      name: `stores nothing when ${when}`,
      run: async (session) => [await play({ session, stream: false, ...start() })],
      endings: [ending],
      stored: [],
      calls: ['getItems()'],
    },
    {
      name: `stores the user item alone when ${when}, streaming`,
      run: async (session) => [await play({ session, stream: true, ...start() })],
      endings: [streamEnding],
      ...userItemAlone,
    },
  ]),
  {
    name: 'stores the user item alone when the consumer breaks off the stream during the answer',
    run: async (session) => {
      const agent = scriptedAgent({ turns: [[assistantMessage('Cold.')]] })
      return [await play({ session, stream: true, agent, until: ({ type }) => type === 'raw_model_stream_event' })]
    },
    endings: ['cancelled'],
    ...userItemAlone,
  },
  {
    name: 'stores the user item alone when the consumer breaks off the stream after a tool ran',
    run: async (session) => {
      const agent = scriptedAgent({ turns: [[askWeather()], [assistantMessage('Cold.')]] })
      const until: Play['until'] = (event) => event.type === 'run_item_stream_event' && event.name === 'tool_output'
      return [await play({ session, stream: true, agent, until })]
    },
    endings: ['cancelled'],
    ...userItemAlone,
  },
  {
    name: 'stores the call with its result when the run is aborted while the tool runs',
    run: async (session) => [await play({ session, stream: false, ...abortedInTool() })],
    endings: ['failed: AbortError: This operation was aborted'],
    stored: ['user: Weather?', 'call call_1: weather {"city":"Paris"}', 'result call_1: Rain'],
    calls: ['getItems()', 'addItems [user, call, result]'],
  },
  {
    name: 'stores the user item alone when the run is aborted while the tool runs, streaming',
    run: async (session) => [await play({ session, stream: true, ...abortedInTool() })],
    endings: ['cancelled'],
    ...userItemAlone,
  },
]

async function storm(): Promise<never> {
  throw new Error('no signal')
}

function abortedInTool(): Pick<Play, 'agent' | 'options'> {
  const controller = new AbortController()
  const execute = async () => {
    controller.abort()
    return 'Rain'
  }
  const agent = scriptedAgent({ weather: { execute }, turns: [[askWeather()], [assistantMessage('Too late.')]] })
  return { agent, options: { signal: controller.signal } }
}
