import type { Contender } from '../../src/peers/contender.ts'

export const contender: Contender = {
  name: '@langchain/langgraph-checkpoint-postgres',
  backend: 'postgres',
  packages: ['@langchain/langgraph-checkpoint-postgres', '@langchain/langgraph-checkpoint'],
  lacks: ['session row', 'expiry'],
  note: 'It keeps states of a graph, not items: each append writes the whole history again, and keeps the former.',
  async open(place) {
    const { PostgresSaver } = await import('@langchain/langgraph-checkpoint-postgres')
    const { langGraphCalls } = await import('./langgraph-calls.ts')
    const saver = PostgresSaver.fromConnString(place)
    await saver.setup()
    return { ...langGraphCalls(saver), close: () => saver.end() }
  },
}
