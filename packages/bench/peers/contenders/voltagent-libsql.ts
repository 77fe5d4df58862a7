import { asSafeAsOthers } from '../shared/libsql-client.ts'
import { voltAgent } from '../shared/voltagent.ts'

export const contender = voltAgent({
  name: '@voltagent/libsql',
  backend: 'sqlite',
  driver: '@libsql/client',
  async opened(path) {
    const { LibSQLMemoryAdapter } = await import('@voltagent/libsql')
    const memory = new LibSQLMemoryAdapter({ url: `file:${path}` })
    // It makes its tables by its first call.
    await memory.getConversation('none')
    return { memory, ...(await asSafeAsOthers(memory.client)), close: async () => memory.client.close() }
  },
})
