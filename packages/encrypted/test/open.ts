import { EncryptedStore } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import { testKey } from './support/keys.ts'

/** What the kit's child processes open. */
export function openSQLite({ path }: { path: string }): EncryptedStore {
  return new EncryptedStore({ store: new SQLiteStore({ path }), ownsStore: true, encryptionKey: testKey() })
}
