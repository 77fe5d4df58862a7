import { randomUUID } from 'node:crypto'
import type { Item } from '../../src/peers/contender.ts'

interface UIMessage {
  role: Item['role']
  parts: { type: string; text: string }[]
}

/** What all memory adapters of VoltAgent have in common. */
export interface VoltAgentMemory {
  createConversation(conversation: object): Promise<unknown>
  addMessages(messages: object[], userId: string, conversationId: string): Promise<unknown>
  getMessages(userId: string, conversationId: string, options?: { limit: number }): Promise<UIMessage[]>
}

const user = 'bench'

function toItems(messages: UIMessage[]): Item[] {
  return messages.map(({ role, parts }) => ({ role, content: parts.map(({ text }) => text).join('') }))
}

/** The calls that are the same with every adapter: a conversation is made once, as an agent does, then messages are added. */
export function voltAgentCalls(memory: VoltAgentMemory) {
  const made = new Set<string>()
  return {
    async append(id: string, items: readonly Item[]) {
      if (!made.has(id)) {
        await memory.createConversation({ id, userId: user, resourceId: 'bench', title: '', metadata: {} })
        made.add(id)
      }
      const messages = items.map(({ role, content }) => {
        return { id: randomUUID(), role, parts: [{ type: 'text', text: content }] }
      })
      await memory.addMessages(messages, user, id)
    },
    async all(id: string) {
      return toItems(await memory.getMessages(user, id))
    },
    async last(id: string, limit: number) {
      return toItems(await memory.getMessages(user, id, { limit }))
    },
  }
}
