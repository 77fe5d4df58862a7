import { type AgentInputItem, MemorySession as SDKMemorySession, type Session } from '@openai/agents'
import { MemorySession } from '@sessions/core'
import { SQLiteSession } from '@sessions/sqlite'
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
]

function owned(session: MemorySession | SQLiteSession): OpenSession {
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
