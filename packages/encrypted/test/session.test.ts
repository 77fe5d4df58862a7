import { type AgentInputItem, MemorySession as SDKMemorySession, type Session as SDKSession } from '@openai/agents'
import { type ItemCodec, MemorySession, MemoryStore, Session, StoredSession } from '@sessions/core'
import { EncryptedSession, type EncryptedSessionOptions, EncryptedStore } from '@sessions/encrypted'
import { describe, expect, it } from 'vitest'
import { failure, item, secret } from './support/failure.ts'
import { testKey } from './support/keys.ts'
import { PlainSession } from './support/plain-session.ts'

const encryptionKey = testKey()

function wrap(underlyingSession: EncryptedSessionOptions['underlyingSession']): EncryptedSession {
  return new EncryptedSession({ underlyingSession, encryptionKey })
}

const optional = [
  'applyHistoryTransaction',
  'applyHistoryMutations',
  'replaceHistoryWithCompaction',
  'info',
  'setMetadata',
  'items',
] as const

function offered(session: object): string[] {
  return optional.filter((name) => typeof (session as Record<string, unknown>)[name] === 'function')
}

describe('an encrypted session offers', () => {
  it('all around one of ours, and what there is around another', () => {
    expect(offered(wrap(new MemorySession({ sessionId: 'a' })))).toEqual(optional)
    expect(offered(wrap(new SDKMemorySession({ sessionId: 'a' })))).toEqual(optional.slice(0, 2))
    expect(offered(wrap(new PlainSession('a')))).toEqual([])
    const compacting = Object.assign(new PlainSession('a'), { replaceHistoryWithCompaction: async () => {} })
    expect(offered(wrap(compacting))).toEqual(['replaceHistoryWithCompaction'])
    const mutating = Object.assign(new PlainSession('a'), { applyHistoryMutations: async () => {} })
    expect(offered(wrap(mutating)), 'what would not find its function calls').toEqual([])
  })

  it('what the SDK takes for a session', () => {
    const session: SDKSession = wrap(new SDKMemorySession({ sessionId: 'a' }))
    expect(session).toBeInstanceOf(Session)
  })

  it.each<[unknown, RegExp]>([
    [{}, /needs the option underlyingSession/],
    [{ underlyingSession: {} }, /has no getSessionId\(\)/],
    [{ underlyingSession: new MemoryStore() }, /has no getSessionId\(\)/],
    [{ underlyingSession: Object.assign(new PlainSession('a'), { acceptsRunContext: true }) }, /takes a run context/],
    [
      { underlyingSession: new MemorySession({ sessionId: 'a' }), sessionId: 'b' },
      /not that of the underlying session/,
    ],
    [{ underlyingSession: { ...sdkShape(), sessionId: undefined } }, /needs the option sessionId/],
    [{ underlyingSession: new PlainSession('a'), encryptionkey: 'x' }, /no option "encryptionkey"/],
  ])('a TypeError for options that would not do', (options, reason) => {
    expect(() => new EncryptedSession({ encryptionKey, ...(options as EncryptedSessionOptions) })).toThrow(reason)
    expect(() => new EncryptedSession({ encryptionKey, ...(options as EncryptedSessionOptions) })).toThrow(TypeError)
  })
})

describe('around a session of ours', () => {
  it('uses its store and its codec, and reads what EncryptedStore writes', async () => {
    const store = new MemoryStore()
    const codec: ItemCodec = {
      encode: (one) => `x${JSON.stringify(one)}`,
      decode: (record) => JSON.parse(record.slice(1)),
    }
    const session = wrap(store.session('a', { codec }))
    await session.addItems([item('1')])
    expect(await session.getItems()).toEqual([item('1')])
    const records = await new EncryptedStore({ store, encryptionKey }).records.read('a')
    expect(records).toEqual([`x${JSON.stringify(item('1'))}`])
    expect((await store.records.read('a')).join()).not.toContain(secret)
  })

  it('does what a subclass does instead of the methods of StoredSession', async () => {
    const added: AgentInputItem[] = []
    class Recording extends StoredSession {
      override async addItems(items: readonly AgentInputItem[]): Promise<void> {
        added.push(...items)
        await super.addItems(items)
      }
    }
    const session = wrap(new Recording(new MemoryStore(), 'a'))
    await session.addItems([item('1')])
    expect(added).toMatchObject([{ type: 'unknown', __enc__: 3, kid: 'default' }])
    expect(await session.getItems()).toEqual([item('1')])
  })

  it('keeps its onCorrupt, and leaves it open unless told to close it', async () => {
    const store = new MemoryStore()
    await store.records.commit('a', { append: ['planted'] })
    const underlyingSession = store.session('a', { onCorrupt: 'skip' })
    const session = wrap(underlyingSession)
    await session.addItems([item('1')])
    expect(await session.getItems()).toEqual([item('1')])
    await session.close()
    expect((await failure(() => session.getItems())).code).toBe('SESSION_CLOSED')
    expect((await failure(async () => session.info?.())).code).toBe('SESSION_CLOSED')
    expect((await failure(() => session.rotateKeys())).code).toBe('SESSION_CLOSED')
    expect(await underlyingSession.getItems()).toHaveLength(1)
    await new EncryptedSession({ underlyingSession, encryptionKey, ownsSession: true }).close()
    expect((await failure(() => underlyingSession.getItems())).code).toBe('SESSION_CLOSED')
  })
})

function sdkShape(): EncryptedSessionOptions['underlyingSession'] {
  const session = new SDKMemorySession({ sessionId: 'a' })
  return {
    getSessionId: () => session.getSessionId(),
    getItems: (limit) => session.getItems(limit),
    addItems: async () => {},
    popItem: () => session.popItem(),
    clearSession: () => session.clearSession(),
  }
}
