import { randomUUID } from 'node:crypto'
import type { Backend, Contender, Item, Store } from '../../src/peers/contender.ts'

/** The newest time that was given. Mastra orders by times of whole milliseconds, which the caller gives: no two may be alike. */
let last = 0

/** Mastra's messages, as its agents save them. */
function toMastra(threadId: string, items: readonly Item[]): object[] {
  return items.map(({ role, content }) => {
    last = Math.max(last + 1, Date.now())
    return {
      id: randomUUID(),
      threadId,
      resourceId: 'bench',
      role,
      type: 'v2',
      createdAt: new Date(last),
      content: { format: 2, parts: [{ type: 'text', text: content }] },
    }
  })
}

interface MastraMessage {
  role: Item['role']
  content: { parts: { text: string }[] }
}

/** What all stores of Mastra have in common. */
interface MastraMemory {
  saveThread(request: { thread: object }): Promise<unknown>
  saveMessages(request: { messages: object[] }): Promise<unknown>
  listMessages(request: object): Promise<{ messages: MastraMessage[] }>
}

function fromMastra(messages: MastraMessage[]): Item[] {
  return messages.map(({ role, content }) => ({ role, content: content.parts.map(({ text }) => text).join('') }))
}

/** A thread is made once, as an agent does, then messages are saved. */
function calls(memory: MastraMemory): Omit<Store, 'close'> {
  const threads = new Map<string, Promise<unknown>>()
  const made = (id: string): Promise<unknown> => {
    const now = new Date()
    const found =
      threads.get(id) ??
      memory.saveThread({ thread: { id, resourceId: 'bench', title: '', createdAt: now, updatedAt: now } })
    threads.set(id, found)
    return found
  }
  return {
    async append(sessionId: string, items: readonly Item[]) {
      if (!threads.has(sessionId)) await made(sessionId)
      await memory.saveMessages({ messages: toMastra(sessionId, items) })
    },
    async all(threadId: string) {
      return fromMastra((await memory.listMessages({ threadId, perPage: false })).messages)
    },
    async last(threadId: string, perPage: number) {
      const orderBy = { field: 'createdAt', direction: 'DESC' }
      const { messages } = await memory.listMessages({ threadId, perPage, page: 0, orderBy })
      return fromMastra(messages).reverse()
    },
  }
}

interface MastraStore {
  init(): Promise<unknown>
  getStore(name: 'memory'): Promise<MastraMemory>
  close(): Promise<unknown>
}

interface Described<T> {
  readonly name: string
  readonly backend: Backend
  /** Whose version is of interest too. */
  readonly driver?: string
  create(place: string): Promise<T>
  /** What is done once its tables are there. */
  ready?(store: T): Promise<Pick<Store, 'settings'>>
}

/** Mastra on one of its stores, with which only the opening differs. */
export function mastra<T extends MastraStore>({ name, backend, driver, create, ready }: Described<T>): Contender {
  return {
    name,
    backend,
    packages: [name, '@mastra/core', ...(driver === undefined ? [] : [driver])],
    lacks: ['expiry'],
    async open(place) {
      const store = await create(place)
      await store.init()
      return { ...calls(await store.getStore('memory')), ...(await ready?.(store)), close: async () => store.close() }
    },
  }
}
