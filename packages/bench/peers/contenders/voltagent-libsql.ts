import type { Contender } from '../../src/peers/contender.ts'
import { voltAgentCalls } from './voltagent-messages.ts'

export const contender: Contender = {
  name: '@voltagent/libsql',
  backend: 'sqlite',
  packages: ['@voltagent/libsql', '@voltagent/core', '@libsql/client'],
  lacks: ['expiry'],
  async open(path) {
    const { LibSQLMemoryAdapter } = await import('@voltagent/libsql')
    const memory = new LibSQLMemoryAdapter({ url: `file:${path}` })
    await memory.getConversation('none')
    await memory.client.execute('PRAGMA synchronous = FULL')
    const pragma = async (name: string) => {
      const { rows } = await memory.client.execute(`PRAGMA ${name}`)
      return Object.values(rows[0] ?? {})[0]
    }
    return {
      settings: async () => ({ journal_mode: await pragma('journal_mode'), synchronous: await pragma('synchronous') }),
      ...voltAgentCalls(memory),
      close: async () => memory.client.close(),
    }
  },
}
