import { type AgentInputItem, StoredSession, splitSessionOptions } from '@sessions/core'
import { type SQLiteSessionOptions, type SQLiteStoreOptions, storeTypes } from './options.ts'
import { SQLiteStore } from './sqlite-store.ts'

/**
 * One conversation in SQLite: `new SQLiteSession({ sessionId: 'user_123', path: 'conversations.db' })`.
 *
 * However many sessions a process opens on one file, they share one connection, closed with the last. Without a path the
 * session lives in memory and ends with `close()`.
 *
 * @example
 * await using session = new SQLiteSession({ sessionId: 'user_123', path: 'conversations.db' })
 * await session.addItems([{ role: 'user', content: 'Hello' }])
 * const newest = await session.getItems(10) // or run(agent, 'And?', { session })
 */
export class SQLiteSession<TItem extends object = AgentInputItem> extends StoredSession<TItem> {
  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: SQLiteSessionOptions<TItem>) {
    const split = splitSessionOptions<SQLiteStoreOptions, TItem>('SQLiteSession', options, storeTypes)
    super(new SQLiteStore(split.store), split.sessionId, split.session)
  }
}
