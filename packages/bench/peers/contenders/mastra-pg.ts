import type { Contender } from '../../src/peers/contender.ts'
import { mastraCalls } from './mastra-messages.ts'

export const contender: Contender = {
  name: '@mastra/pg',
  backend: 'postgres',
  packages: ['@mastra/pg', '@mastra/core'],
  lacks: ['expiry'],
  async open(connectionString) {
    const { PostgresStore } = await import('@mastra/pg')
    const store = new PostgresStore({ id: 'bench', connectionString })
    await store.init()
    return { ...mastraCalls(await store.getStore('memory')), close: () => store.close() }
  },
}
