import { describe, expect, it, vi } from 'vitest'
import { CompactingSession } from '../src/history.ts'
import { MemoryStore, type StoredSession } from '../src/index.ts'
import { type Item, options, sessionOf, summary, turn } from './support/compaction.ts'

describe('CompactingSession with summarize', () => {
  const compacted = [summary, ...turn('b')]

  async function compacting(
    given: object = {},
  ): Promise<{ inner: StoredSession<Item>; session: CompactingSession<Item> }> {
    const inner = await sessionOf(new MemoryStore(), turn('a'), turn('b'))
    return { inner, session: new CompactingSession<Item>({ underlyingSession: inner, ...options(), ...given }) }
  }

  it('compacts for the run that has read the history and written since', async () => {
    const { inner, session } = await compacting()
    const { items, ownership } = await session.getItemsWithCompactionOwnership()
    expect(items).toHaveLength(4)
    await session.addItemsWithCompactionOwnership(turn('c'), ownership)
    const result = await session.runCompaction({}, undefined, ownership)
    expect(result?.usage).toMatchObject({ inputTokens: 0, totalTokens: 0 })
    expect(await inner.getItems()).toEqual([summary, ...turn('c')])
    expect(await session.runCompaction({ force: true }, undefined, ownership), 'it still owns the history').toBe(null)
  })

  it.each([
    { what: 'there is none', write: undefined },
    { what: 'somebody added', write: (session: CompactingSession<Item>) => session.addItems(turn('c')) },
    { what: 'somebody popped', write: (session: CompactingSession<Item>) => session.popItem() },
    {
      what: 'another run added',
      write: (session: CompactingSession<Item>) => session.addItemsWithCompactionOwnership(turn('c'), {}),
    },
  ])('skips a run without valid ownership: $what', async ({ write }) => {
    const { inner, session } = await compacting()
    const { ownership } = await session.getItemsWithCompactionOwnership()
    await write?.(session)
    const before = await inner.getItems()
    expect(await session.runCompaction({}, undefined, write === undefined ? null : ownership)).toBe(null)
    expect(await inner.getItems()).toEqual(before)
    expect(await session.runCompaction(), 'a manual run').not.toBe(null)
  })

  it('compacts all there is of a session with a default limit, which the runner reads by', async () => {
    const store = new MemoryStore()
    const whole = await sessionOf(store, turn('a'), turn('b'))
    const inner = store.session<Item>(whole.sessionId, { limit: 1 })
    const session = new CompactingSession<Item>({ underlyingSession: inner, ...options() })
    const { items, ownership } = await session.getItemsWithCompactionOwnership()
    expect(items).toEqual(turn('b').slice(-1))
    expect(await session.getItems()).toEqual(items)
    expect(await session.runCompaction({}, undefined, ownership)).not.toBe(null)
    expect(await whole.getItems()).toEqual(compacted)
  })

  it('takes the ownership of a read during which somebody wrote for none', async () => {
    const { inner, session } = await compacting()
    const reading = session.getItemsWithCompactionOwnership()
    await session.addItems(turn('c'))
    const { ownership } = await reading
    expect(await session.runCompaction({}, undefined, ownership)).toBe(null)
    expect(await inner.getItems()).toHaveLength(6)
  })

  it('never rejects for the runner: onError is told; a manual run rejects', async () => {
    const error = new Error('overloaded')
    const errors: unknown[] = []
    const summarize = (): never => {
      throw error
    }
    const { inner, session } = await compacting({ summarize, onError: (told: unknown) => errors.push(told) })
    const { ownership } = await session.getItemsWithCompactionOwnership()
    expect(await session.runCompaction({}, undefined, ownership)).toBe(null)
    expect(errors).toEqual([error])
    await expect(session.runCompaction()).rejects.toBe(error)
    expect(await inner.getItems()).toEqual([...turn('a'), ...turn('b')])
  })

  it('tells the console nothing of what an error says', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const summarize = (): never => {
      throw Object.assign(new Error('the secret'), { code: 'E1' })
    }
    const { session } = await compacting({ summarize })
    const { ownership } = await session.getItemsWithCompactionOwnership()
    await session.runCompaction({}, undefined, ownership)
    expect(warn.mock.calls).toEqual([[expect.stringContaining('Error, E1')]])
    expect(String(warn.mock.calls)).not.toContain('secret')
    warn.mockRestore()
  })

  it('compacts when it is not time only if it is forced', async () => {
    const { inner, session } = await compacting({ when: () => false })
    expect(await session.runCompaction()).toBe(null)
    expect(await session.runCompaction({ force: true })).not.toBe(null)
    expect(await inner.getItems()).toEqual(compacted)
  })

  it('is held as a compacting session', async () => {
    const { inner, session } = await compacting()
    await session.exclusive(async ({ session: held }) => {
      expect(held).toBeInstanceOf(CompactingSession)
      await expect(inner.acquire({ whenBusy: 'reject' })).rejects.toMatchObject({ code: 'SESSION_IN_USE' })
      await held.runCompaction()
    })
    expect(await inner.getItems()).toEqual(compacted)
    const lost = await session.acquire()
    await (await inner.acquire({ whenBusy: 'takeOver' })).release()
    await expect(lost.session.addItems(turn('c'))).rejects.toMatchObject({ code: 'SESSION_LEASE_LOST' })
  })

  it('refuses bad options by name', () => {
    const underlyingSession = new MemoryStore().session<Item>('s')
    const bad: [object, string][] = [
      [{}, 'underlyingSession'],
      [{ underlyingSession: {}, ...options() }, 'getSessionId'],
      [{ underlyingSession }, 'keepTurns'],
      [{ underlyingSession, client: {} }, 'responses.compact'],
      [{ underlyingSession, client: {}, summarize: () => [] }, 'summarize'],
      [{ underlyingSession, ...options(), onError: 1 }, 'onError'],
    ]
    for (const [given, named] of bad) expect(() => new CompactingSession(given as never)).toThrow(named)
  })
})
