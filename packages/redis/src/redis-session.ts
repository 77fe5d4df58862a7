import { type AgentInputItem, StoredSession, splitSessionOptions } from '@sessions/core'
import { type RedisSessionOptions, type RedisStoreOptions, storeTypes } from './options.ts'
import { RedisStore } from './redis-store.ts'

/**
 * One conversation in Redis: `new RedisSession({ sessionId: 'user_123', url: 'redis://localhost:6379', ttl: 3600 })`.
 *
 * However many sessions a process opens on one url, they share one connection, closed with the last.
 *
 * @example
 * await using session = new RedisSession({ sessionId: 'user_123', url: 'redis://localhost:6379', ttl: 3600 })
 * await session.addItems([{ role: 'user', content: 'Hello' }])
 * const newest = await session.getItems(10) // or run(agent, 'And?', { session })
 */
export class RedisSession<TItem extends object = AgentInputItem> extends StoredSession<TItem> {
  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: RedisSessionOptions<TItem>) {
    const split = splitSessionOptions<RedisStoreOptions, TItem>('RedisSession', options, storeTypes)
    super(new RedisStore(split.store), split.sessionId, split.session)
  }
}
