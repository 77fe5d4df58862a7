import { type AgentInputItem, StoredSession, splitSessionOptions } from '@sessions/core'
import { type SQLSessionOptions, type SQLStoreOptions, storeTypes } from './options.ts'
import { SQLStore } from './sql-store.ts'

/**
 * One conversation in a database: `new SQLSession({ sessionId: 'user_123', url: 'postgres://…', createTables: true })`.
 *
 * However many sessions a process opens by one url, they share one pool of connections, closed with the last.
 *
 * @example
 * await using session = new SQLSession({ sessionId: 'user_123', url: 'postgres://localhost/app', createTables: true })
 * await session.addItems([{ role: 'user', content: 'Hello' }])
 * const newest = await session.getItems(10) // or run(agent, 'And?', { session })
 */
export class SQLSession<TItem extends object = AgentInputItem> extends StoredSession<TItem> {
  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: SQLSessionOptions<TItem>) {
    const split = splitSessionOptions<SQLStoreOptions, TItem>('SQLSession', options, storeTypes)
    super(new SQLStore(split.store), split.sessionId, split.session)
  }
}
