// An agent of Mastra whose memory is in SQLite, or in any other store of ours.
//   npm install && npm start
import { Agent } from '@mastra/core/agent'
import { InMemoryStore, MastraCompositeStore } from '@mastra/core/storage'
import { MastraLanguageModelV2Mock } from '@mastra/core/test-utils/llm-mock'
import { Memory } from '@mastra/memory'
import { SQLiteStore } from '@sessions/sqlite'
import { SessionMemory } from './session-memory.ts'

const store = new SQLiteStore({ path: process.env.DATABASE ?? 'conversations.db' })
const storage = new MastraCompositeStore({
  id: 'sessions',
  default: new InMemoryStore(), // what is no message and no thread
  domains: { memory: new SessionMemory(store) },
})

/** Answers from what it is shown, so that this runs without a key; yours: `model: 'openai/gpt-5.2'`. */
const model = new MastraLanguageModelV2Mock({
  doGenerate: async ({ prompt }) => {
    const said = prompt.flatMap(({ role, content }) => (role === 'user' ? content : []))
    const text = `You said: ${said.map((part) => (part.type === 'text' ? part.text : '')).join(' ')}`
    const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
    return { content: [{ type: 'text', text }], finishReason: 'stop', usage, warnings: [] }
  },
})
const memory = new Memory({ storage, options: { lastMessages: 20 } })
const agent = new Agent({ id: 'assistant', name: 'Assistant', instructions: 'Answer briefly.', model, memory })

for (const message of process.argv.slice(2)) {
  const { text } = await agent.generate(message, { memory: { thread: 'ada-1', resource: 'ada' } })
  console.log(text)
}
await store.close()
