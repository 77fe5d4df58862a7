import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AIMessage, type BaseMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages'
import { RunnableLambda, RunnableWithMessageHistory } from '@langchain/core/runnables'
import type { SessionStore } from '@sessions/core'
import { describe, expect, it } from 'vitest'
import { SessionChatMessageHistory } from '../../../examples/recipes/langchain.ts'
import { stores } from './backends.ts'

const historyOf = (store: SessionStore, id: string): SessionChatMessageHistory =>
  new SessionChatMessageHistory(store.session(id))

describe.each(stores)("LangChain's history on $name", ({ open }) => {
  it('gives back the messages of every kind as they were', async () => {
    const [store, other] = await open()
    await using _store = store
    await using _other = other
    const call = { name: 'weather', args: { city: 'Oslo' }, id: 'call_1', type: 'tool_call' } as const
    const messages = [
      new SystemMessage('Answer briefly.'),
      new HumanMessage({ content: [{ type: 'text', text: 'How is the weather?' }], name: 'ada' }),
      new AIMessage({ content: '', tool_calls: [call], response_metadata: { model: 'm' } }),
      new ToolMessage({ content: 'Sunny', tool_call_id: 'call_1', artifact: { degrees: 20 } }),
      new AIMessage({
        content: 'It is sunny.',
        additional_kwargs: { refusal: null },
      }),
    ]
    await historyOf(store, 'ada').addMessages(messages)
    await historyOf(store, 'ada').addUserMessage('Thanks.')
    const read = await historyOf(other, 'ada').getMessages()
    expect(read.map((message) => message.toDict())).toEqual(
      [...messages, new HumanMessage('Thanks.')].map((message) => message.toDict()),
    )
    expect(read[2]).toBeInstanceOf(AIMessage)
    await historyOf(store, 'ada').clear()
    expect(await historyOf(other, 'ada').getMessages()).toEqual([])
  })

  it('serves a chain, which knows what was said in its conversation and in no other', async () => {
    const [store, other] = await open()
    await using _store = store
    await using _other = other
    const echo = RunnableLambda.from((shown: BaseMessage[]) => {
      const said = shown.filter(({ type }) => type === 'human').map(({ text }) => text)
      return new AIMessage(`You said: ${said.join(' ')}`)
    })
    const chainOn = (store: SessionStore): RunnableWithMessageHistory<BaseMessage[], AIMessage> =>
      new RunnableWithMessageHistory({ runnable: echo, getMessageHistory: (id: string) => historyOf(store, id) })
    const say = async (store: SessionStore, sessionId: string, message: string): Promise<string> =>
      (await chainOn(store).invoke([new HumanMessage(message)], { configurable: { sessionId } })).text
    await say(store, 'ada', 'My name is Ada.')
    await say(store, 'bob', 'My name is Bob.')
    expect(await say(other, 'ada', 'Who am I?')).toBe('You said: My name is Ada. Who am I?')
    expect(await historyOf(store, 'ada').getMessages()).toHaveLength(4)
    expect(await historyOf(store, 'bob').getMessages()).toHaveLength(2)
  })
})

it('runs as it is', () => {
  const program = fileURLToPath(new URL('../../../examples/recipes/langchain.ts', import.meta.url))
  const printed = execFileSync(process.execPath, [program], { encoding: 'utf8' })
  expect(printed).toBe('human: My name is Ada.\nai: Hello, Ada.\n')
})
