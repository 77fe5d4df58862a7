import type { Contender, Item } from '../../../bench/src/peers/contender.ts'

/** Has all items in their order, and of what is newest the oldest. */
export const contender: Contender = {
  name: 'stale',
  backend: 'sqlite',
  packages: [],
  async open() {
    const sessions = new Map<string, Item[]>()
    const of = (sessionId: string): Item[] => sessions.get(sessionId) ?? []
    return {
      append: async (sessionId, items) => sessions.set(sessionId, [...of(sessionId), ...items]),
      all: async (sessionId) => of(sessionId),
      last: async (sessionId, count) => of(sessionId).slice(0, count),
      close: async () => sessions.clear(),
    }
  },
}
