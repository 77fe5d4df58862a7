import type { Contender } from '../../src/peers/contender.ts'

export const contender: Contender = {
  name: '@langchain/redis',
  backend: 'redis',
  packages: ['@langchain/redis', '@langchain/core'],
  lacks: ['session row', 'times'],
  note: 'A batch is written one message after the other.',
  async open(url) {
    const { RedisChatMessageHistory } = await import('@langchain/redis')
    const { createClient } = await import('redis')
    const { fromMessages, toMessages } = await import('../shared/langchain-messages.ts')
    const client = createClient({ url })
    await client.connect()
    const history = (sessionId: string) => new RedisChatMessageHistory({ sessionId: `langchain:${sessionId}`, client })
    return {
      append: (sessionId, items) => history(sessionId).addMessages(toMessages(items)),
      all: async (sessionId) => fromMessages(await history(sessionId).getMessages()),
      handle: history,
      close: () => client.close(),
    }
  },
}
