import type { Contender } from '../contender.ts'
import { oursOf } from './ours.ts'

export const contender: Contender = {
  name: 'ours, encrypted',
  backend: 'sqlite',
  packages: ['better-sqlite3'],
  note: 'The same store within `EncryptedStore`.',
  async open(path) {
    const { SQLiteStore } = await import('@sessions/sqlite')
    const { EncryptedStore } = await import('@sessions/encrypted')
    // One key for all processes that open the file.
    const encryptionKey = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)
    return oursOf(new EncryptedStore({ store: new SQLiteStore({ path }), ownsStore: true, encryptionKey }))
  },
}
