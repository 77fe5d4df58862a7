import type { Backend, Contender, Item } from '../../src/peers/contender.ts'

interface State {
  connect(): Promise<unknown>
  appendToList(key: string, value: Item): Promise<unknown>
  getList(key: string): Promise<Item[]>
  disconnect(): Promise<unknown>
}

/** A state adapter of the Chat SDK, with which only the opening differs. */
export function chatAdapter(name: string, backend: Backend, create: (url: string) => Promise<State>): Contender {
  return {
    name,
    backend,
    packages: [name, 'chat'],
    lacks: ['session row', 'times'],
    note: 'Its lists take one value a call.',
    async open(url) {
      const state = await create(url)
      await state.connect()
      return {
        async append(sessionId, items) {
          for (const item of items) await state.appendToList(sessionId, item)
        },
        all: (sessionId) => state.getList(sessionId),
        close: () => state.disconnect(),
      }
    },
  }
}
