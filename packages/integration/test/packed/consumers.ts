/**
 * What somebody writes against the types of a package, every entry of it; with a mistake that has to be seen. As an ES module and in
 * CommonJS, so without `await` at its top.
 */
export const consumers: Readonly<Record<string, string>> = {
  core: `
    import { MemorySession, MemoryStore, Session, SessionError, type AgentInputItem } from '@sessions/core'
    import { runConformance, type ConformanceReport } from '@sessions/core/conformance'
    import { keepLastItems } from '@sessions/core/history'
    import { pythonCodec } from '@sessions/core/python'
    import { FaultyStore, ManualClock } from '@sessions/core/testing'
    export const session: Session = new MemorySession({ sessionId: 'a' })
    export const shared: Session = new MemorySession({ sessionId: 'b', codec: pythonCodec })
    export const items: Promise<AgentInputItem[]> = session.getItems(3)
    export const all = [new FaultyStore(new MemoryStore({ clock: new ManualClock() })), keepLastItems(3), SessionError]
    export const certify: (...parameters: Parameters<typeof runConformance>) => Promise<ConformanceReport> = runConformance
    // @ts-expect-error an unknown option
    new MemorySession({ sessionId: 'c', file: 'x' })`,
  encrypted: `
    import { MemorySession, MemoryStore, type Session } from '@sessions/core'
    import { EncryptedSession, EncryptedStore } from '@sessions/encrypted'
    const encryptionKey = new Uint8Array(32)
    export const session: Session = new EncryptedSession({ underlyingSession: new MemorySession({ sessionId: 'a' }), encryptionKey })
    export const rotated: Promise<{ items: number }> = new EncryptedStore({ store: new MemoryStore(), encryptionKey }).rotateKeys()
    // @ts-expect-error an unknown option
    new EncryptedStore({ store: new MemoryStore(), encryptionKey, file: 'x' })`,
  redis: `
    import type { Session } from '@sessions/core'
    import { RedisSession, RedisStore } from '@sessions/redis'
    export const session: Session = new RedisSession({ sessionId: 'a', url: 'redis://localhost:6379', ttl: 3600 })
    export const store: RedisStore = new RedisStore({ url: 'redis://localhost:6379', keyPrefix: 'b' })
    // @ts-expect-error an unknown option
    new RedisSession({ sessionId: 'c', url: 'redis://localhost:6379', file: 'x' })`,
  sql: `
    import type { Session } from '@sessions/core'
    import { SQLSession, SQLStore } from '@sessions/sql'
    export const session: Session = new SQLSession({ sessionId: 'a', url: 'postgres://localhost/app' })
    export const text: string = SQLStore.schemaSQL('mariadb')
    // @ts-expect-error an unknown option
    new SQLSession({ sessionId: 'c', url: 'postgres://localhost/app', file: 'x' })`,
  sqlite: `
    import type { Session } from '@sessions/core'
    import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
    export const session: Session = new SQLiteSession({ sessionId: 'b' })
    export const store: SQLiteStore = new SQLiteStore({ path: 'a.db' })
    // @ts-expect-error an unknown option
    new SQLiteSession({ sessionId: 'c', file: 'x' })`,
}

/** With the SDK there, its item type is checked, and each class of ours is a session of its. */
export const sdkConsumer: string = `
  import { MemorySession as SDKMemorySession, type Session } from '@openai/agents'
  import { MemorySession } from '@sessions/core'
  import { EncryptedSession } from '@sessions/encrypted'
  import { RedisSession } from '@sessions/redis'
  import { SQLSession } from '@sessions/sql'
  import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
  const encryptionKey = 'correct horse battery staple'
  export const sessions: Session[] = [
    new EncryptedSession({ underlyingSession: new SDKMemorySession(), encryptionKey }),
    new EncryptedSession({ underlyingSession: new SQLiteSession({ sessionId: 'd' }), encryptionKey }),
    new MemorySession({ sessionId: 'a' }), new SQLiteSession({ sessionId: 'b' }), new SQLiteStore().session('c'),
    new SQLSession({ sessionId: 'd', url: 'postgres://localhost/app' }),
    new RedisSession({ sessionId: 'e', url: 'redis://localhost:6379' }),
  ]
  // @ts-expect-error the SDK's item type is checked now
  void sessions[0]?.addItems([{ not: 'an item' }])`
