import type { Contender } from '../../src/peers/contender.ts'

export const contender: Contender = {
  name: '@langchain/community',
  backend: 'postgres',
  packages: ['@langchain/community', '@langchain/core'],
  lacks: ['session row', 'times', 'expiry'],
  note: 'A batch is written one message after the other. Its table has no index by session.',
  async open(connectionString) {
    const { PostgresChatMessageHistory } = await import('@langchain/community/stores/message/postgres')
    const { default: pg } = await import('pg')
    const { fromMessages, toMessages } = await import('../shared/langchain-messages.ts')
    const pool = new pg.Pool({ connectionString })
    const histories = new Map()
    const history = (sessionId: string) => new PostgresChatMessageHistory({ sessionId, pool })
    // Every history looks for its table first: it is kept, as a program does that has one for each conversation.
    const kept = (sessionId: string) => {
      const found = histories.get(sessionId) ?? history(sessionId)
      histories.set(sessionId, found)
      return found
    }
    return {
      append: (sessionId, items) => kept(sessionId).addMessages(toMessages(items)),
      all: async (sessionId) => fromMessages(await kept(sessionId).getMessages()),
      handle: history,
      close: () => pool.end(),
    }
  },
}
