import type { Contender, Item } from '../../../bench/src/peers/contender.ts'

/** Gives back what it was given in another order, and of what is newest the oldest. */
export const contender: Contender = {
  name: 'forgetful',
  backend: 'sqlite',
  packages: [],
  async open() {
    const sessions = new Map<string, Item[]>()
    const of = (sessionId: string): Item[] => sessions.get(sessionId) ?? []
    return {
      append: async (sessionId, items) => sessions.set(sessionId, [...of(sessionId), ...items]),
      all: async (sessionId) => of(sessionId).toReversed(),
      last: async (sessionId, count) => of(sessionId).slice(0, count),
      close: async () => sessions.clear(),
    }
  },
}
