import type { Contender } from '../../src/peers/contender.ts'

export const contender: Contender = {
  name: '@langchain/langgraph-checkpoint-sqlite',
  backend: 'sqlite',
  packages: ['@langchain/langgraph-checkpoint-sqlite', '@langchain/langgraph-checkpoint'],
  lacks: ['session row', 'expiry'],
  note: 'It keeps states of a graph, not items: each append writes the whole history again, and keeps the former.',
  async open(place) {
    const { SqliteSaver } = await import('@langchain/langgraph-checkpoint-sqlite')
    const { langGraphCalls } = await import('./langgraph-calls.ts')
    const saver = SqliteSaver.fromConnString(place)
    const pragma = (name: string) => saver.db.pragma(name, { simple: true })
    saver.setup()
    saver.db.pragma('synchronous = FULL')
    return {
      settings: async () => ({ journal_mode: pragma('journal_mode'), synchronous: pragma('synchronous') }),
      ...langGraphCalls(saver),
      close: async () => saver.db.close(),
    }
  },
}
