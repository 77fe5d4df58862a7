import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AIMessage, mapStoredMessagesToChatMessages, RemoveMessage, type StoredMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import type { SessionStore } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { ask, type ConversationGraph } from '../../../examples/recipes/langgraph.ts'
import { temporaryFile } from './temporary-file.ts'

const weather = tool(async ({ city }) => `Sunny in ${city}`, {
  name: 'weather',
  schema: z.object({ city: z.string() }),
})

/** Asks for the weather of a city, then says all that it was shown; forgets what came first where it is told to. */
function agent(checkpointer?: MemorySaver): ConversationGraph {
  const model = async ({ messages }: typeof MessagesAnnotation.State) => {
    const last = messages.at(-1)
    const city = /weather in (\w+)/.exec(last?.text ?? '')?.[1]
    if (last?.text === 'Fail.') throw new Error('The model is not there.')
    if (last?.type === 'human' && city !== undefined) {
      const call = { name: 'weather', args: { city }, id: `call_${messages.length}`, type: 'tool_call' } as const
      return { messages: [new AIMessage({ content: '', tool_calls: [call] })] }
    }
    const removed =
      last?.text === 'Forget.' ? messages.slice(0, -1).map(({ id = '' }) => new RemoveMessage({ id })) : []
    return { messages: [...removed, new AIMessage(`Shown: ${messages.map(({ text }) => text).join(' ')}`)] }
  }
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('model', model)
    .addNode('tools', new ToolNode([weather]))
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => ((messages.at(-1) as AIMessage).tool_calls?.length ? 'tools' : END))
    .addEdge('tools', 'model')
    .compile(checkpointer && { checkpointer })
  let runs = 0
  return { invoke: (state, options) => graph.invoke(state, { ...options, configurable: { thread_id: `${runs++}` } }) }
}

async function shown(store: SessionStore): Promise<string[]> {
  const messages = mapStoredMessagesToChatMessages(await store.session<StoredMessage>('ada').getItems())
  return messages.map(({ type, text }) => `${type}: ${text}`)
}

it.each([
  { title: 'alone', checkpointer: undefined },
  { title: 'beside a checkpointer', checkpointer: new MemorySaver() },
])('the LangGraph recipe keeps whole turns, whoever else asks, $title', async ({ checkpointer }) => {
  const path = temporaryFile('graph.db')
  await using store = new SQLiteStore({ path })
  await using other = new SQLiteStore({ path })
  const graph = agent(checkpointer)
  const say = (text: string, on: SessionStore = store): Promise<string> =>
    ask(graph, on.session<StoredMessage>('ada'), text)

  expect(await say('How is the weather in Oslo?')).toBe('Shown: How is the weather in Oslo?  Sunny in Oslo')
  const turn = await shown(other)
  expect(turn).toHaveLength(4)
  const { entries } = await store.session('ada').page()

  await expect(say('Fail.')).rejects.toThrow('The model is not there.')
  expect(await shown(other)).toEqual(turn)

  // In another process's place, at the same moment: one waits for the other, and knows of it.
  const answers = await Promise.all([say('One.'), say('Two.', other)])
  const [first, second] = answers.toSorted((a, b) => a.length - b.length)
  expect(second).toContain(first)
  expect(await shown(store)).toHaveLength(8)
  // What was stored stayed as it was.
  expect((await store.session('ada').page()).entries.slice(0, 4)).toEqual(entries)

  expect(await say('Forget.')).toContain('Oslo')
  expect(await shown(store)).toEqual(['human: Forget.', expect.stringContaining('ai: Shown: ')])
})

it('the LangGraph recipe runs as it is', () => {
  const program = fileURLToPath(new URL('../../../examples/recipes/langgraph.ts', import.meta.url))
  const printed = execFileSync(process.execPath, [program], { encoding: 'utf8' })
  expect(printed).toBe(
    'human: My name is Ada.\nai: You said: My name is Ada.\nhuman: Who am I?\nai: You said: My name is Ada. Who am I?\n',
  )
})
