import { mastra } from '../shared/mastra.ts'

export const contender = mastra({
  name: '@mastra/pg',
  backend: 'postgres',
  async create(connectionString) {
    const { PostgresStore } = await import('@mastra/pg')
    return new PostgresStore({ id: 'bench', connectionString })
  },
})
