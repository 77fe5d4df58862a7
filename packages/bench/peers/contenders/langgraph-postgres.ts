import { langGraph } from '../shared/langgraph.ts'

export const contender = langGraph('@langchain/langgraph-checkpoint-postgres', 'postgres', async (place) => {
  const { PostgresSaver } = await import('@langchain/langgraph-checkpoint-postgres')
  const saver = PostgresSaver.fromConnString(place)
  await saver.setup()
  return { saver, close: () => saver.end() }
})
