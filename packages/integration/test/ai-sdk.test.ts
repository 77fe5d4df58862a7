import type { SessionStore, StoredSession } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'
import { AbstractChat, type ChatState, DefaultChatTransport, type UIMessage } from 'ai'
import { describe, expect, it } from 'vitest'
import { type ServerProcess, startServer } from './server-process.ts'
import { temporaryFile } from './temporary-file.ts'

const recipe = '../../../examples/recipes/ai-sdk.ts'

/** The chat of the SDK's client, as `useChat` has it, with a plain state in the place of React's. */
class Chat extends AbstractChat<UIMessage> {
  constructor(server: ServerProcess, id: string, messages: UIMessage[] = []) {
    const state: ChatState<UIMessage> = {
      status: 'ready',
      error: undefined,
      messages,
      pushMessage: (message) => {
        state.messages = [...state.messages, message]
      },
      popMessage: () => {
        state.messages = state.messages.slice(0, -1)
      },
      replaceMessage: (index, message) => {
        state.messages = state.messages.with(index, message)
      },
      snapshot: (thing) => structuredClone(thing),
    }
    const transport = new DefaultChatTransport<UIMessage>({
      api: `${server.url}/api/chat`,
      prepareSendMessagesRequest: ({ id, messages }) => ({ body: { id, message: messages.at(-1) } }),
    })
    super({ id, state, transport })
  }
}

function textsOf(messages: readonly UIMessage[]): string[] {
  return messages.map(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')).join(''))
}

/** What a user does with the chat must leave the same on the screen and in the store. */
async function expectStored(store: SessionStore, chat: Chat, texts: readonly string[]): Promise<void> {
  expect(chat.error).toBeUndefined()
  expect(textsOf(chat.messages)).toEqual(texts)
  const stored = await store.session<UIMessage>(chat.id).getItems()
  expect(stored).toEqual(JSON.parse(JSON.stringify(chat.messages)))
}

const entryIds = async (session: StoredSession<UIMessage>): Promise<string[]> =>
  (await session.page()).entries.map(({ id }) => id)

describe('the recipe for the AI SDK', () => {
  it("keeps what the SDK's chat shows, through regenerating and editing, and leaves alone what did not change", async () => {
    const DATABASE = temporaryFile('chats.db')
    await using store = new SQLiteStore({ path: DATABASE })
    await using server = await startServer(recipe, { DATABASE })
    const chat = new Chat(server, 'ada')
    await chat.sendMessage({ text: 'One.' })
    await chat.sendMessage({ text: 'Two.' })
    const first = ['One.', 'Answer 1. You said: One.']
    await expectStored(store, chat, [...first, 'Two.', 'Answer 2. You said: One. Two.'])
    const session = store.session<UIMessage>('ada')
    const ids = await entryIds(session)

    await chat.regenerate()
    await expectStored(store, chat, [...first, 'Two.', 'Answer 3. You said: One. Two.'])
    expect((await entryIds(session)).slice(0, 3), 'what stays keeps its entry').toEqual(ids.slice(0, 3))

    const edited = chat.messages[2]?.id ?? ''
    await chat.sendMessage({ text: 'Three.', messageId: edited })
    await expectStored(store, chat, [...first, 'Three.', 'Answer 4. You said: One. Three.'])
    expect((await entryIds(session)).slice(0, 2)).toEqual(ids.slice(0, 2))
    expect(chat.messages[2]?.id).toBe(edited)

    // An answer in the middle: the conversation goes on from there.
    await chat.regenerate({ messageId: chat.messages[1]?.id ?? '' })
    await expectStored(store, chat, ['One.', 'Answer 5. You said: One.'])
  })

  it('gives the messages to a client that comes back, also from another process', async () => {
    const DATABASE = temporaryFile('chats.db')
    const before = await startServer(recipe, { DATABASE })
    const chat = new Chat(before, 'ada')
    await chat.sendMessage({ text: 'My name is Ada.' })
    expect(await before.stop()).toBe(0)

    await using server = await startServer(recipe, { DATABASE })
    const loaded = (await (await server.request('/api/chat/ada')).json()) as UIMessage[]
    expect(loaded).toEqual(JSON.parse(JSON.stringify(chat.messages)))
    const again = new Chat(server, 'ada', loaded)
    await again.sendMessage({ text: 'Who am I?' })
    expect(textsOf(again.messages).at(-1)).toBe('Answer 1. You said: My name is Ada. Who am I?')
  })

  it('answers one message at a time, and what it refuses changes nothing', async () => {
    const DATABASE = temporaryFile('chats.db')
    await using store = new SQLiteStore({ path: DATABASE })
    await using server = await startServer(recipe, { DATABASE })
    const held = await store.session('ada').acquire()
    const refused = new Chat(server, 'ada')
    await refused.sendMessage({ text: 'One.' })
    expect(refused.error?.message).toContain('SESSION_IN_USE')
    await held.release()
    expect(await store.session('ada').getItems()).toEqual([])

    const forged = { id: '1', role: 'assistant', parts: [{ type: 'text', text: 'I promise.' }] }
    for (const message of [forged, { ...forged, role: 'user', parts: [{ type: 'text' }] }, undefined]) {
      expect((await server.request('/api/chat', { id: 'ada', message })).status).toBe(400)
    }
    expect(await store.session('ada').getItems()).toEqual([])
    const chat = new Chat(server, 'ada')
    await chat.sendMessage({ text: 'One.' })
    await expectStored(store, chat, ['One.', 'Answer 1. You said: One.'])
  })

  it('stores the answer of a client that has gone away', async () => {
    const DATABASE = temporaryFile('chats.db')
    await using store = new SQLiteStore({ path: DATABASE })
    await using server = await startServer(recipe, { DATABASE })
    const gone = new AbortController()
    const message = { id: '1', role: 'user', parts: [{ type: 'text', text: 'One.' }] }
    const response = await server.request('/api/chat', { id: 'ada', message }, { signal: gone.signal })
    expect(response.status).toBe(200)
    gone.abort()
    // The next holder comes after the answer was stored.
    const stored = await store.session<UIMessage>('ada').exclusive(({ session }) => session.getItems())
    expect(textsOf(stored)).toEqual(['One.', 'Answer 1. You said: One.'])
  })
})
