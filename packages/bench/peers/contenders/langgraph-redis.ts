import { langGraph } from '../shared/langgraph.ts'

export const contender = langGraph('@langchain/langgraph-checkpoint-redis', 'redis', async (place) => {
  const { RedisSaver } = await import('@langchain/langgraph-checkpoint-redis')
  const saver = await RedisSaver.fromUrl(place)
  return { saver, close: () => saver.end() }
})
