import { randomUUID } from 'node:crypto'
import type { Backend, Contender, Item, Store } from '../../src/peers/contender.ts'

interface UIMessage {
  role: Item['role']
  parts: { type: string; text: string }[]
}

/** What all memory adapters of VoltAgent have in common. */
interface VoltAgentMemory {
  createConversation(conversation: object): Promise<unknown>
  addMessages(messages: object[], userId: string, conversationId: string): Promise<unknown>
  getMessages(userId: string, conversationId: string, options?: { limit: number }): Promise<UIMessage[]>
}

const user = 'bench'

function toItems(messages: UIMessage[]): Item[] {
  return messages.map(({ role, parts }) => ({ role, content: parts.map(({ text }) => text).join('') }))
}

/** A conversation is made once, as an agent does, then messages are added. */
function calls(memory: VoltAgentMemory): Omit<Store, 'close'> {
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

interface Opened extends Pick<Store, 'settings' | 'close'> {
  memory: VoltAgentMemory
}

interface Described {
  readonly name: string
  readonly backend: Backend
  /** Whose version is of interest too. */
  readonly driver?: string
  opened(place: string): Promise<Opened>
}

/** VoltAgent on one of its adapters, with which only the opening differs. */
export function voltAgent({ name, backend, driver, opened }: Described): Contender {
  return {
    name,
    backend,
    packages: [name, '@voltagent/core', ...(driver === undefined ? [] : [driver])],
    lacks: ['expiry'],
    async open(place) {
      const { memory, ...others } = await opened(place)
      return { ...calls(memory), ...others }
    },
  }
}
