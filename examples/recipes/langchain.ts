// The messages of LangChain in a session: a history that any chain of theirs can use, on any of our stores.
//   node examples/recipes/langchain.ts [file]      default: in memory
import { realpathSync } from 'node:fs'
import { BaseListChatMessageHistory } from '@langchain/core/chat_history'
import {
  type BaseMessage,
  HumanMessage,
  mapChatMessagesToStoredMessages,
  mapStoredMessagesToChatMessages,
  type StoredMessage,
} from '@langchain/core/messages'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import type { StoredSession } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'

export class SessionChatMessageHistory extends BaseListChatMessageHistory {
  lc_namespace: string[] = ['sessions']
  readonly #session: StoredSession<StoredMessage>

  constructor(session: StoredSession<StoredMessage>) {
    super()
    this.#session = session
  }

  async getMessages(): Promise<BaseMessage[]> {
    return mapStoredMessagesToChatMessages(await this.#session.getItems())
  }

  async addMessage(message: BaseMessage): Promise<void> {
    await this.addMessages([message])
  }

  /** All of them or none, next to each other, whoever else writes. */
  override async addMessages(messages: BaseMessage[]): Promise<void> {
    await this.#session.addItems(mapChatMessagesToStoredMessages(messages))
  }

  override async clear(): Promise<void> {
    await this.#session.clearSession()
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename) {
  const store = new SQLiteStore({ path: process.argv[2] ?? ':memory:' })
  const history = new SessionChatMessageHistory(store.session<StoredMessage>('langchain'))
  const model = new FakeListChatModel({ responses: ['Hello, Ada.'] }) // yours: new ChatOpenAI(…)
  const question = new HumanMessage('My name is Ada.')
  await history.addMessages([question, await model.invoke([...(await history.getMessages()), question])])
  for (const message of await history.getMessages()) console.log(`${message.type}: ${message.text}`)
  await store.close()
}
