import { randomUUID } from 'node:crypto'
import { type AgentInputItem, MemorySession as SDKMemorySession, type Session } from '@openai/agents'
import { MemorySession, MemoryStore, type SessionStore } from '@sessions/core'
import { EncryptedSession, EncryptedStore } from '@sessions/encrypted'
import { RedisSession, RedisStore } from '@sessions/redis'
import { SQLSession, SQLStore } from '@sessions/sql'
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

type TwoStores = [SessionStore, SessionStore]

/** Stores whose histories can be worked with: pages, forks, one run at a time, watching. */
export interface StoreBackend {
  name: string
  /** Two stores on the same data, which is empty, as two processes have them; in memory, one store twice. */
  open(): TwoStores | Promise<TwoStores>
}

export const stores: StoreBackend[] = [
  { name: 'MemoryStore', open: () => twice(new MemoryStore()) },
  { name: 'SQLiteStore', open: openFileTwice },
  { name: 'SQLStore on Postgres', open: openDatabaseTwice },
  { name: 'RedisStore', open: openKeysTwice },
  { name: 'EncryptedStore', open: () => both(openFileTwice(), encryptStore) },
]

function twice(store: SessionStore): TwoStores {
  return [store, store]
}

function both([one, other]: TwoStores, wrap: (store: SessionStore) => SessionStore): TwoStores {
  return [wrap(one), wrap(other)]
}

function openFileTwice(): TwoStores {
  const path = temporaryFile('store.db')
  return [new SQLiteStore({ path }), new SQLiteStore({ path })]
}

async function openDatabaseTwice(): Promise<TwoStores> {
  const options = { url: await postgres.createDatabase(), createTables: true }
  return [new SQLStore(options), new SQLStore(options)]
}

function openKeysTwice(): TwoStores {
  const options = { url: redis.url, keyPrefix: randomUUID() }
  return [new RedisStore(options), new RedisStore(options)]
}

function encryptStore(store: SessionStore): SessionStore {
  return new EncryptedStore({ store, encryptionKey: 'correct horse battery staple', ownsStore: true })
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
