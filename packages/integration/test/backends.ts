import { type AgentInputItem, MemorySession as SDKMemorySession, type Session } from '@openai/agents'
import { MemorySession } from '@sessions/core'
import { RedisSession } from '@sessions/redis'
import { SQLiteSession } from '@sessions/sqlite'
import { startRedis } from '@sessions/test-servers'
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

/** What ours are compared with. */
export const reference: Backend = {
  name: "the SDK's MemorySession",
  open: () => ({ session: new SDKMemorySession({ sessionId }), close: async () => {} }),
}

export const ours: Backend[] = [
  { name: 'MemorySession', open: () => owned(new MemorySession({ sessionId })) },
  { name: 'SQLiteSession in memory', open: () => owned(new SQLiteSession({ sessionId })) },
  { name: 'SQLiteSession on a file', open: openFile },
  { name: 'RedisSession', open: openRedis },
]

const server = await startRedis({ own: true })
afterAll(() => server.stop())
let opened = 0

function openRedis(): OpenSession {
  opened++
  const options = { sessionId, url: server.url, keyPrefix: `test ${opened}` }
  const reread = async (): Promise<AgentInputItem[]> => {
    await using session = new RedisSession(options)
    return await session.getItems()
  }
  return { ...owned(new RedisSession(options)), reread }
}

function owned(session: MemorySession | RedisSession | SQLiteSession): OpenSession {
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
