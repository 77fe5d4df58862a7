import { mastra } from '../shared/mastra.ts'

export const contender = mastra({
  name: '@mastra/redis',
  backend: 'redis',
  async create(connectionString) {
    const { RedisStore } = await import('@mastra/redis')
    return new RedisStore({ id: 'bench', connectionString })
  },
})
