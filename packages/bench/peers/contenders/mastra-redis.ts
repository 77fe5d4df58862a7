import type { Contender } from '../../src/peers/contender.ts'
import { mastraCalls } from './mastra-messages.ts'

export const contender: Contender = {
  name: '@mastra/redis',
  backend: 'redis',
  packages: ['@mastra/redis', '@mastra/core'],
  lacks: ['expiry'],
  async open(connectionString) {
    const { RedisStore } = await import('@mastra/redis')
    const store = new RedisStore({ id: 'bench', connectionString })
    await store.init()
    return { ...mastraCalls(await store.getStore('memory')), close: () => store.close() }
  },
}
