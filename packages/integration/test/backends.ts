import { randomUUID } from 'node:crypto'
import { type AgentInputItem, MemorySession as SDKMemorySession, type Session } from '@openai/agents'
import { MemorySession, MemoryStore, type SessionStore } from '@sessions/core'
import { EncryptedSession } from '@sessions/encrypted'
import { RedisSession } from '@sessions/redis'
import { SQLSession } from '@sessions/sql'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import { startPostgres, startRedis } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { temporaryFile } from './temporary-file.ts'

/** A session that a test owns until it closes it. */
export interface OpenSession {
  session: Session
  close(): Promise<void>
  /** The history through another handle, after `close`; where the session outlives its handle. */
  reread?(): Promise<AgentInputItem[]>
}

export interface Backend {
  name: string
  /** A session of its own, without items. */
  open(): OpenSession
}

const sessionId = 'user_123'
const [postgres, redis] = await Promise.all([startPostgres(), startRedis({ own: true })])
afterAll(() => Promise.all([postgres.stop(), redis.stop()]))

/** What ours are compared with. */
export const reference: Backend = {
  name: "the SDK's MemorySession",
  open: () => ({ session: new SDKMemorySession({ sessionId }), close: async () => {} }),
}

export const ours: Backend[] = [
  { name: 'MemorySession', open: () => owned(new MemorySession({ sessionId })) },
  { name: 'SQLiteSession in memory', open: () => owned(new SQLiteSession({ sessionId })) },
  { name: 'SQLiteSession on a file', open: openFile },
  { name: 'SQLSession on Postgres', open: openPostgres },
  { name: 'RedisSession', open: openRedis },
  { name: 'EncryptedSession on a file', open: openEncryptedFile },
  {
    name: "EncryptedSession around the SDK's MemorySession",
    open: () => owned(encrypt(new SDKMemorySession({ sessionId }))),
  },
]

/** Stores whose histories can be worked with: entries, forks, one run at a time. */
export interface StoreBackend {
  name: string
  /** Two stores on the same data, which is empty, as two processes have them; in memory, one store twice. */
  open(): [SessionStore, SessionStore]
}

export const stores: StoreBackend[] = [
  { name: 'MemoryStore', open: () => twice(new MemoryStore()) },
  { name: 'SQLiteStore', open: openFileTwice },
]

function twice(store: SessionStore): [SessionStore, SessionStore] {
  return [store, store]
}

function openFileTwice(): [SessionStore, SessionStore] {
  const path = temporaryFile('store.db')
  return [new SQLiteStore({ path }), new SQLiteStore({ path })]
}

function owned(session: MemorySession | RedisSession | SQLiteSession | SQLSession | EncryptedSession): OpenSession {
  return { session, close: () => session.close() }
}

function openFile(): OpenSession {
  const path = temporaryFile('history.db')
  const reread = async (): Promise<AgentInputItem[]> => {
    await using session = new SQLiteSession({ sessionId, path })
    return await session.getItems()
  }
  return { ...owned(new SQLiteSession({ sessionId, path })), reread }
}

function openPostgres(): OpenSession {
  const id = randomUUID()
  const open = (): SQLSession => new SQLSession({ sessionId: id, url: postgres.url, createTables: true })
  const reread = async (): Promise<AgentInputItem[]> => {
    await using session = open()
    return await session.getItems()
  }
  return { ...owned(open()), reread }
}

function openRedis(): OpenSession {
  const options = { sessionId, url: redis.url, keyPrefix: randomUUID() }
  const reread = async (): Promise<AgentInputItem[]> => {
    await using session = new RedisSession(options)
    return await session.getItems()
  }
  return { ...owned(new RedisSession(options)), reread }
}

function openEncryptedFile(): OpenSession {
  const path = temporaryFile('encrypted.db')
  const reread = async (): Promise<AgentInputItem[]> => {
    await using session = encrypt(new SQLiteSession({ sessionId, path }))
    return await session.getItems()
  }
  return { ...owned(encrypt(new SQLiteSession({ sessionId, path }))), reread }
}

function encrypt(underlyingSession: SDKMemorySession | SQLiteSession): EncryptedSession {
  return new EncryptedSession({ underlyingSession, encryptionKey: 'correct horse battery staple', ownsSession: true })
}
