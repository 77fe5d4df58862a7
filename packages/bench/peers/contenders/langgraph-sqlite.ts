import { safeWhen } from '../../src/peers/pragmas.ts'
import { langGraph } from '../shared/langgraph.ts'

export const contender = langGraph('@langchain/langgraph-checkpoint-sqlite', 'sqlite', async (place) => {
  const { SqliteSaver } = await import('@langchain/langgraph-checkpoint-sqlite')
  const saver = SqliteSaver.fromConnString(place)
  saver.setup()
  saver.db.pragma('synchronous = FULL')
  return {
    saver,
    settings: () => safeWhen((name) => saver.db.pragma(name, { simple: true })),
    close: async () => saver.db.close(),
  }
})
