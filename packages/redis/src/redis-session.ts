import { type AgentInputItem, StoredSession } from '@sessions/core'
import { type RedisSessionOptions, splitSessionOptions } from './options.ts'
import { RedisStore } from './redis-store.ts'

/**
 * One conversation in Redis: `new RedisSession({ sessionId: 'user_123', url: 'redis://localhost:6379', ttl: 3600 })`.
 *
 * However many sessions a process opens on one url, they share one connection, closed with the last.
 */
export class RedisSession<TItem extends object = AgentInputItem> extends StoredSession<TItem> {
  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: RedisSessionOptions<TItem>) {
    const { sessionId, store, session } = splitSessionOptions(options)
    super(new RedisStore(store), sessionId, session)
  }
}
