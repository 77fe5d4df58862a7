import { chatAdapter } from '../shared/chat-adapter.ts'

export const contender = chatAdapter('@chat-adapter/state-pg', 'postgres', async (url) => {
  const { createPostgresState } = await import('@chat-adapter/state-pg')
  return createPostgresState({ url })
})
