import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages'
import type { Item } from '../../src/peers/contender.ts'

export function toMessages(items: readonly Item[]): BaseMessage[] {
  return items.map(({ role, content }) => (role === 'user' ? new HumanMessage(content) : new AIMessage(content)))
}

export function fromMessages(messages: readonly BaseMessage[]): Item[] {
  return messages.map((message) => ({
    role: message.getType() === 'human' ? 'user' : 'assistant',
    content: String(message.content),
  }))
}
