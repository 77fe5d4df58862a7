import type { AgentInputItem } from '@openai/agents'
import { MemoryStore, partsOf, type SessionStore, type StoredSession } from '@sessions/core'
import { CompactingSession, type CompactionClient } from '@sessions/core/history'
import { SQLiteStore } from '@sessions/sqlite'
import { describe, expect, it } from 'vitest'
import { describeItem } from './history.ts'

const stores = [
  { name: 'MemoryStore', open: () => new MemoryStore() },
  { name: 'SQLiteStore', open: () => new SQLiteStore() },
]

const user = (content: string): AgentInputItem => ({ type: 'message', role: 'user', content })

/** Stands for the API: all input in one item. */
function clientWith(
  before: (call: number) => Promise<void> = async () => {},
  answer = (input: unknown): unknown[] => [{ type: 'compaction', id: 'cmp', encrypted_content: namesIn(input) }],
): CompactionClient {
  let calls = 0
  const compact = async ({ input }: { input: unknown }): Promise<unknown> => {
    await before(++calls)
    return { output: answer(input) }
  }
  return { responses: { compact } }
}

function namesIn(input: unknown): string {
  return [...new Set(JSON.stringify(input).match(/m\d+/g))].join(' ')
}

async function linesOf(session: StoredSession): Promise<string[]> {
  return (await session.getItems()).map(describeItem)
}

describe.each(stores)('CompactingSession with a client, over $name', ({ open }) => {
  const manual = { force: true, compactionMode: 'input' } as const

  async function history(...names: string[]): Promise<StoredSession> {
    const session = open().session('s')
    await session.setMetadata({ userId: 'ada' })
    await session.addItems(names.map(user))
    return session
  }

  it('keeps what others add while the API works, also in the next compaction', async () => {
    const inner = await history('m1', 'm2')
    const client = clientWith(async (call) => inner.addItems([user(`m${call + 2}`)]))
    const session = new CompactingSession({ underlyingSession: inner, client })
    await session.runCompaction(manual)
    expect(await linesOf(inner)).toEqual(['compaction m1 m2', 'user: m3'])
    await session.runCompaction(manual)
    expect(await linesOf(inner)).toEqual(['compaction m1 m2 m3', 'user: m4'])
    expect((await inner.info())?.metadata).toEqual({ userId: 'ada' })
  })

  it('refuses where what it compacts is changed meanwhile, and changes nothing', async () => {
    const inner = await history('m1', 'm2')
    const client = clientWith(async () => {
      await inner.clearSession()
      await inner.addItems([user('m9')])
    })
    const session = new CompactingSession({ underlyingSession: inner, client })
    await expect(session.runCompaction(manual)).rejects.toMatchObject({ code: 'SESSION_CONFLICT' })
    expect(await linesOf(inner)).toEqual(['user: m9'])
  })

  it('compacts all there is of a session with a default limit, which the runner reads by', async () => {
    const whole = await history('m1', 'm2', 'm3')
    const store = partsOf(whole)?.store as SessionStore
    const underlyingSession = store.session('s', { limit: 1 })
    const session = new CompactingSession({ underlyingSession, client: clientWith() })
    expect((await session.getItemsWithCompactionOwnership()).items.map(describeItem)).toEqual(['user: m3'])
    await session.runCompaction(manual)
    expect(await linesOf(whole)).toEqual(['compaction m1 m2 m3'])
  })

  it('compacts to nothing where the API returns nothing', async () => {
    const inner = await history('m1', 'm2')
    const client = clientWith(undefined, () => [])
    await new CompactingSession({ underlyingSession: inner, client }).runCompaction(manual)
    expect(await linesOf(inner)).toEqual([])
    expect((await inner.info())?.metadata).toEqual({ userId: 'ada' })
  })

  it('decides as the SDK does: by default with ten items that are not the user, else by its function', async () => {
    const inner = await history('m1')
    const session = new CompactingSession({ underlyingSession: inner, client: clientWith() })
    expect(await session.runCompaction({ compactionMode: 'input' })).toBe(null)
    const answer: AgentInputItem = { type: 'reasoning', content: [] }
    await session.addItems(Array.from({ length: 10 }, () => answer))
    expect(await session.runCompaction({ compactionMode: 'input' })).toMatchObject({ usage: { inputTokens: 0 } })
    const decisions: number[] = []
    const asked = new CompactingSession({
      underlyingSession: inner,
      client: clientWith(),
      shouldTriggerCompaction: ({ sessionItems }) => decisions.push(sessionItems.length) > 1,
    })
    expect(await asked.runCompaction({ compactionMode: 'input' })).toBe(null)
    expect(await asked.runCompaction({ compactionMode: 'input' })).not.toBe(null)
    expect(decisions).toEqual([1, 1])
  })

  it('clears, pops and adds as the underlying session does', async () => {
    const inner = await history('m1', 'm2')
    const session = new CompactingSession({ underlyingSession: inner, client: clientWith() })
    await session.runCompaction(manual)
    await session.addItems([user('m3'), user('m4')])
    expect(await session.popItem()).toEqual(user('m4'))
    expect((await session.getItems(1)).map(describeItem)).toEqual(['user: m3'])
    await session.clearSession()
    expect(await linesOf(inner)).toEqual([])
    expect(await session.getSessionId()).toBe('s')
  })

  it('rejects for a model that the SDK does not take', async () => {
    const underlyingSession = await history('m1')
    const session = new CompactingSession({ underlyingSession, client: clientWith(), model: 'claude' })
    await expect(session.runCompaction(manual)).rejects.toThrow('Unsupported model')
  })
})
