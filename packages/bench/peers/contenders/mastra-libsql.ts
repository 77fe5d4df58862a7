import { asSafeAsOthers } from '../shared/libsql-client.ts'
import { mastra } from '../shared/mastra.ts'

export const contender = mastra({
  name: '@mastra/libsql',
  backend: 'sqlite',
  driver: '@libsql/client',
  async create(path) {
    const { LibSQLStore } = await import('@mastra/libsql')
    return new LibSQLStore({ id: 'bench', url: `file:${path}` })
  },
  ready: ({ client }) => asSafeAsOthers(client),
})
