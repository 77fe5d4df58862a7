import type { SessionStore } from '@sessions/core'

/** Where a store is, in words that another process understands. */
export type Place = { path: string } | { database: string } | { redis: string; keyPrefix: string }

/** The store that is there. Loads no more than it needs: programs that are killed are started often. */
export async function openPlace(place: Place): Promise<SessionStore> {
  if ('path' in place) {
    const { SQLiteStore } = await import('@sessions/sqlite')
    return new SQLiteStore(place)
  }
  if ('database' in place) {
    const { SQLStore } = await import('@sessions/sql')
    return new SQLStore({ url: place.database, createTables: true })
  }
  const { RedisStore } = await import('@sessions/redis')
  return new RedisStore({ url: place.redis, keyPrefix: place.keyPrefix })
}
