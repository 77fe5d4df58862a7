import type { Contender } from '../../src/peers/contender.ts'

export const contender: Contender = {
  name: "the SDK's MemorySession",
  backend: 'memory',
  packages: ['@openai/agents-core'],
  lacks: ['session row', 'times', 'expiry'],
  note: 'The floor: nothing is stored anywhere.',
  async open() {
    const { MemorySession } = await import('@openai/agents-core')
    const sessions = new Map()
    const handle = (sessionId: string) => {
      const found = sessions.get(sessionId) ?? new MemorySession({ sessionId })
      sessions.set(sessionId, found)
      return found
    }
    return {
      append: (sessionId, items) => handle(sessionId).addItems([...items]),
      all: (sessionId) => handle(sessionId).getItems(),
      last: (sessionId, count) => handle(sessionId).getItems(count),
      pop: (sessionId) => handle(sessionId).popItem(),
      handle,
      close: async () => {},
    }
  },
}
