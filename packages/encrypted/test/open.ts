import { EncryptedStore } from '@sessions/encrypted'
import { RedisStore } from '@sessions/redis'
import { SQLStore } from '@sessions/sql'
import { SQLiteStore } from '@sessions/sqlite'
import { testKey } from './support/keys.ts'

/** What the kit's child processes open, on a file. */
export function openSQLite({ path }: { path: string }): EncryptedStore {
  return new EncryptedStore({ store: new SQLiteStore({ path }), ownsStore: true, encryptionKey: testKey() })
}

/** The same on a server. */
export function openSQL({ url }: { url: string }): EncryptedStore {
  return new EncryptedStore({
    store: new SQLStore({ url, createTables: true }),
    ownsStore: true,
    encryptionKey: testKey(),
  })
}

/** The same on Redis. */
export function openRedis({ url }: { url: string }): EncryptedStore {
  return new EncryptedStore({ store: new RedisStore({ url }), ownsStore: true, encryptionKey: testKey() })
}
