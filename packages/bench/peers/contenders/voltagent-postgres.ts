import { voltAgent } from '../shared/voltagent.ts'

export const contender = voltAgent({
  name: '@voltagent/postgres',
  backend: 'postgres',
  async opened(connection) {
    const { PostgreSQLMemoryAdapter } = await import('@voltagent/postgres')
    const memory = new PostgreSQLMemoryAdapter({ connection })
    return { memory, close: () => memory.close() }
  },
})
