import type { Contender } from '../../src/peers/contender.ts'

export const contender: Contender = {
  name: '@chat-adapter/state-pg',
  backend: 'postgres',
  packages: ['@chat-adapter/state-pg', 'chat'],
  lacks: ['session row', 'times'],
  note: 'Its lists take one value a call.',
  async open(url) {
    const { createPostgresState } = await import('@chat-adapter/state-pg')
    const state = createPostgresState({ url })
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
