import type { Contender } from '../contender.ts'
import { oursOf } from './ours.ts'

export const contender: Contender = {
  name: 'ours',
  backend: 'sqlite',
  packages: ['better-sqlite3'],
  async open(path) {
    const { SQLiteStore } = await import('@sessions/sqlite')
    const store = new SQLiteStore({ path })
    return oursOf(store, async () => ({ synchronous: 'FULL, the default' }))
  },
}
