import { chatAdapter } from '../shared/chat-adapter.ts'

export const contender = chatAdapter('@chat-adapter/state-redis', 'redis', async (url) => {
  const { createRedisState } = await import('@chat-adapter/state-redis')
  return createRedisState({ url })
})
