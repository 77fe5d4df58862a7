import type { Contender } from '../../src/peers/contender.ts'
import { voltAgentCalls } from './voltagent-messages.ts'

export const contender: Contender = {
  name: '@voltagent/postgres',
  backend: 'postgres',
  packages: ['@voltagent/postgres', '@voltagent/core'],
  lacks: ['expiry'],
  async open(connection) {
    const { PostgreSQLMemoryAdapter } = await import('@voltagent/postgres')
    const memory = new PostgreSQLMemoryAdapter({ connection })
    return { ...voltAgentCalls(memory), close: () => memory.close() }
  },
}
