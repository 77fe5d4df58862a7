import type { Contender } from '../../src/peers/contender.ts'

export const contender: Contender = {
  name: '@chat-adapter/state-redis',
  backend: 'redis',
  packages: ['@chat-adapter/state-redis', 'chat'],
  lacks: ['session row', 'times'],
  note: 'Its lists take one value a call.',
  async open(url) {
    const { createRedisState } = await import('@chat-adapter/state-redis')
    const state = createRedisState({ url })
    await state.connect()
    return {
      async append(sessionId, items) {
        for (const item of items) await state.appendToList(sessionId, item)
      },
      all: (sessionId) => state.getList(sessionId),
      close: () => state.disconnect(),
    }
  },
}
