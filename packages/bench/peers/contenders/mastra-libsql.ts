import type { Contender } from '../../src/peers/contender.ts'
import { mastraCalls } from './mastra-messages.ts'

export const contender: Contender = {
  name: '@mastra/libsql',
  backend: 'sqlite',
  packages: ['@mastra/libsql', '@mastra/core', '@libsql/client'],
  lacks: ['expiry'],
  async open(path) {
    const { LibSQLStore } = await import('@mastra/libsql')
    const store = new LibSQLStore({ id: 'bench', url: `file:${path}` })
    await store.init()
    // Its own settings are WAL and NORMAL.
    await store.client.execute('PRAGMA synchronous = FULL')
    const memory = await store.getStore('memory')
    const pragma = async (name: string) => {
      const { rows } = await store.client.execute(`PRAGMA ${name}`)
      return Object.values(rows[0] ?? {})[0]
    }
    return {
      settings: async () => ({ journal_mode: await pragma('journal_mode'), synchronous: await pragma('synchronous') }),
      ...mastraCalls(memory),
      close: async () => store.close(),
    }
  },
}
