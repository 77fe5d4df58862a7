import type { Contender } from '../../src/peers/contender.ts'

export const contender: Contender = {
  name: '@langchain/langgraph-checkpoint-redis',
  backend: 'redis',
  packages: ['@langchain/langgraph-checkpoint-redis', '@langchain/langgraph-checkpoint'],
  lacks: ['session row', 'expiry'],
  note: 'It keeps states of a graph, not items: each append writes the whole history again, and keeps the former.',
  async open(place) {
    const { RedisSaver } = await import('@langchain/langgraph-checkpoint-redis')
    const { langGraphCalls } = await import('./langgraph-calls.ts')
    const saver = await RedisSaver.fromUrl(place)
    return { ...langGraphCalls(saver), close: () => saver.end() }
  },
}
