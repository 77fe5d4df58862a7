// A graph of LangGraph whose conversation is a session. A checkpointer is another thing: it keeps where one run of a graph stands, step by
// step, so that this run can go on. A session keeps what was said, for whoever reads it: your screens, your support, another framework.
// A graph may have both.
//   node examples/recipes/langgraph.ts [file]      default: in memory
import { realpathSync } from 'node:fs'
import {
  AIMessage,
  type BaseMessage,
  HumanMessage,
  mapChatMessagesToStoredMessages,
  mapStoredMessagesToChatMessages,
  type StoredMessage,
} from '@langchain/core/messages'
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import type { StoredSession } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'

/** A graph whose state is a list of messages. */
export interface ConversationGraph {
  invoke(state: { messages: BaseMessage[] }, options: { signal: AbortSignal }): Promise<{ messages: BaseMessage[] }>
}

/** Runs the graph on what was said and on the new message, and keeps all that it added: in one write, or nothing where it fails. */
export function ask(
  graph: ConversationGraph,
  conversation: StoredSession<StoredMessage>,
  text: string,
): Promise<string> {
  // One run at a time: a message that comes meanwhile waits, and its run knows of this one.
  return conversation.exclusive(async ({ session, signal }) => {
    const said = mapStoredMessagesToChatMessages(await session.getItems())
    const { messages } = await graph.invoke({ messages: [...said, new HumanMessage(text)] }, { signal })
    // What is stored already stays, with its ids and times; what a node has removed or changed is removed or changed here too.
    await session.replaceItems(mapChatMessagesToStoredMessages(messages))
    return messages.at(-1)?.text ?? ''
  })
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename) {
  const store = new SQLiteStore({ path: process.argv[2] ?? ':memory:' })
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => {
      // Yours: `await new ChatOpenAI(…).invoke(messages)`
      const said = messages.filter(({ type }) => type === 'human').map((message) => message.text)
      return { messages: [new AIMessage(`You said: ${said.join(' ')}`)] }
    })
    .addEdge(START, 'model')
    .addEdge('model', END)
    .compile()
  const session = store.session<StoredMessage>('ada')
  await ask(graph, session, 'My name is Ada.')
  await ask(graph, session, 'Who am I?')
  for (const message of mapStoredMessagesToChatMessages(await session.getItems())) {
    console.log(`${message.type}: ${message.text}`)
  }
  await store.close()
}
