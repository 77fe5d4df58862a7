import {
  isSessionHistoryRewriteAwareSession,
  isSessionHistoryTransactionAwareSession,
  type NonStreamRunOptions,
  run,
  type Session,
  type SessionHistoryRewriteAwareSession,
  type SessionHistoryTransactionAwareSession,
  setTracingDisabled,
} from '@openai/agents'
import { assistantMessage } from '@openai/agents/testing'
import { MemorySession, MemoryStore, StoredSession } from '@sessions/core'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { scriptedAgent } from './agents.ts'
import { FourHookSession } from './four-hook-session.ts'
import { describeItem } from './history.ts'

// `run` has a runner of its own, which would send traces.
setTracingDisabled(true)

const sessionId = 'user_123'
const memoryStore = new MemoryStore()
const sqliteStore = new SQLiteStore()
const stored = [
  ['a StoredSession', new StoredSession(memoryStore, 'user_124')],
  ['a MemorySession', new MemorySession({ sessionId })],
  ['a SQLiteSession', new SQLiteSession({ sessionId })],
  ['the session of a MemoryStore', memoryStore.session(sessionId)],
  ['the session of a SQLiteStore', sqliteStore.session(sessionId)],
] as const
const fourHooks = new FourHookSession(sessionId)

afterAll(async () => {
  for (const [, session] of stored) await session.close()
  await sqliteStore.close()
})

// What follows has no casts: most of what it promises, the compiler keeps.
describe('the SDK', () => {
  it.each([...stored, ['a session of four hooks', fourHooks] as const])('runs an agent over %s', async (_, session) => {
    const agent = scriptedAgent({ turns: [[assistantMessage('Cold.')]] })
    await run(agent, 'Weather?', { session })
    const asSession: Session = session
    expect((await asSession.getItems()).map(describeItem)).toEqual(['user: Weather?', 'assistant: Cold.'])
  })

  it.each(stored)('takes the transactions and rewrites of %s', (_, session) => {
    const transactional: SessionHistoryTransactionAwareSession = session
    const rewriting: SessionHistoryRewriteAwareSession = session
    const compacting: Required<Pick<Session, 'replaceHistoryWithCompaction'>> = session
    expect(isSessionHistoryTransactionAwareSession(transactional)).toBe(true)
    expect(isSessionHistoryRewriteAwareSession(rewriting)).toBe(true)
    expect(compacting.replaceHistoryWithCompaction).toBeTypeOf('function')
  })

  it('finds neither in a session of four hooks', () => {
    // @ts-expect-error it has no applyHistoryTransaction
    const transactional: SessionHistoryTransactionAwareSession = fourHooks
    // @ts-expect-error it has no applyHistoryMutations
    const rewriting: SessionHistoryRewriteAwareSession = fourHooks
    expect(isSessionHistoryTransactionAwareSession(transactional)).toBe(false)
    expect(isSessionHistoryRewriteAwareSession(rewriting)).toBe(false)
  })

  it('takes no store for a session, nor a session of other items', () => {
    // @ts-expect-error a store keeps many sessions and is none
    const options: NonStreamRunOptions = { session: new MemoryStore() }
    // @ts-expect-error what it holds are no items of the SDK
    const session: Session = new MemorySession<{ note: string }>({ sessionId })
    expect(options.session).not.toHaveProperty('getItems')
    expect(session).toBeInstanceOf(MemorySession)
  })
})
