import {
  type AgentInputItem,
  OpenAIResponsesCompactionSession,
  MemorySession as SDKMemorySession,
  type Session as SDKSession,
} from '@openai/agents'
import { type ItemCodec, MemorySession, MemoryStore, Session, StoredSession } from '@sessions/core'
import { EncryptedSession, type EncryptedSessionOptions, EncryptedStore } from '@sessions/encrypted'
import { describe, expect, it } from 'vitest'
import { failure, item, secret } from './support/failure.ts'
import { testKey } from './support/keys.ts'

const encryptionKey = testKey()

function wrap(underlyingSession: EncryptedSessionOptions['underlyingSession']): EncryptedSession {
  return new EncryptedSession({ underlyingSession, encryptionKey })
}

/** The four hooks and nothing else, as a remote API may have; `items` is what it holds. */
class Plain extends Session {
  items: AgentInputItem[] = []
  protected async _getItems(limit: number | undefined): Promise<AgentInputItem[]> {
    return structuredClone(limit === undefined ? this.items : this.items.slice(-limit))
  }
  protected async _addItems(items: readonly AgentInputItem[]): Promise<void> {
    this.items.push(...structuredClone(items))
  }
  protected async _popItem(): Promise<AgentInputItem | undefined> {
    return this.items.pop()
  }
  protected async _clearSession(): Promise<void> {
    this.items = []
  }
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
  return optional.filter((name) => name in session)
}

describe('an encrypted session offers', () => {
  it('all around one of ours, and what there is around another', () => {
    expect(offered(wrap(new MemorySession({ sessionId: 'a' })))).toEqual(optional)
    expect(offered(wrap(new SDKMemorySession({ sessionId: 'a' })))).toEqual(optional.slice(0, 2))
    expect(offered(wrap(new Plain('a')))).toEqual([])
    const compacting = Object.assign(new Plain('a'), { replaceHistoryWithCompaction: async () => {} })
    expect(offered(wrap(compacting))).toEqual(['replaceHistoryWithCompaction'])
    const mutating = Object.assign(new Plain('a'), { applyHistoryMutations: async () => {} })
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
    [{ underlyingSession: Object.assign(new Plain('a'), { acceptsRunContext: true }) }, /takes a run context/],
    [
      { underlyingSession: new MemorySession({ sessionId: 'a' }), sessionId: 'b' },
      /not that of the underlying session/,
    ],
    [{ underlyingSession: { ...sdkShape(), sessionId: undefined } }, /needs the option sessionId/],
    [{ underlyingSession: new Plain('a'), encryptionkey: 'x' }, /no option "encryptionkey"/],
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
    const records = await new EncryptedStore({ store, encryptionKey }).read('a')
    expect(records).toEqual([`x${JSON.stringify(item('1'))}`])
    expect((await store.read('a')).join()).not.toContain(secret)
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
    expect(added).toMatchObject([{ type: 'unknown', __enc__: 2, kid: 'default' }])
    expect(await session.getItems()).toEqual([item('1')])
  })

  it('keeps its onCorrupt, and leaves it open unless told to close it', async () => {
    const store = new MemoryStore()
    await store.commit('a', { append: ['planted'] })
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

describe('around a session of another', () => {
  it('stores envelopes as items, and nothing else', async () => {
    const underlying = new Plain('a')
    const session = wrap(underlying)
    await session.addItems([item('1'), { role: 'user', content: [{ type: 'input_image', image: 'data:' }] }])
    expect(underlying.items).toMatchObject(Array(2).fill({ type: 'unknown', __enc__: 2, alg: 'XC20P', kid: 'default' }))
    expect(JSON.stringify(underlying.items)).not.toContain(secret)
    expect(await session.getItems(1)).toHaveLength(1)
    expect(await session.popItem()).toMatchObject({ content: [{ type: 'input_image' }] })
    await session.clearSession()
    expect(underlying.items).toEqual([])
  })

  it('removes nothing where the newest item does not open', async () => {
    for (const underlying of [new Plain('a'), new SDKMemorySession({ sessionId: 'a' })]) {
      await wrap(underlying).addItems([item('1')])
      const before = await underlying.getItems()
      const wrong = new EncryptedSession({ underlyingSession: underlying, encryptionKey: testKey(1) })
      for (const call of [() => wrong.popItem(), () => wrong.getItems(), () => wrong.addItems([item('2')])]) {
        expect((await failure(call)).code).toBe('SESSION_DECRYPT_FAILED')
      }
      expect(await underlying.getItems()).toEqual(before)
      await underlying.addItems([item('planted')])
      expect((await failure(() => wrap(underlying).popItem())).code).toBe('SESSION_PLAINTEXT_REFUSED')
      expect(await underlying.getItems()).toHaveLength(2)
    }
  })

  it('puts back what another process added between the look and the pop, and pops that instead', async () => {
    const underlying = new Plain('a')
    const session = wrap(underlying)
    await session.addItems([item('1')])
    const [foreign] = await envelopesOf([item('by another process')])
    const pop = underlying.popItem.bind(underlying)
    let pops = 0
    underlying.popItem = () => {
      if (pops++ === 0) underlying.items.push(foreign as AgentInputItem)
      return pop()
    }
    expect(await session.popItem()).toEqual(item('by another process'))
    expect(pops).toBe(2)
    expect(await session.getItems()).toEqual([item('1')])
  })

  it('sends a transaction whose acknowledgement was lost again as it was', async () => {
    const underlying = new SDKMemorySession({ sessionId: 'a' })
    const apply = underlying.applyHistoryTransaction.bind(underlying)
    let lost = false
    underlying.applyHistoryTransaction = async (args) => {
      await apply(args)
      if (!lost) {
        lost = true
        throw new Error('connection lost')
      }
    }
    const session = wrap(underlying)
    await session.addItems([item('1')])
    const transaction = { type: 'replace_suffix', expectedSuffix: [item('1')], replacement: [item('2')] } as const
    const send = async (of: EncryptedSession): Promise<void> => {
      await of.applyHistoryTransaction?.({ operationId: 'op', transaction })
    }
    expect((await failure(() => send(session))).code).toBe('SESSION_BACKEND')
    await send(session)
    await send(wrap(underlying))
    expect(await session.getItems()).toEqual([item('2')])
    const other = { ...transaction, replacement: [item('3')] }
    const reused = await failure(async () =>
      session.applyHistoryTransaction?.({ operationId: 'op', transaction: other }),
    )
    expect(reused.code).toBe('SESSION_OPERATION_REUSED')
  })

  it('refuses, and does not do by halves, what it could not do in one step', async () => {
    const underlying = new Plain('a')
    const both = (id: string) => [
      { id, key: testKey(1) },
      { id: 'default', key: encryptionKey },
    ]
    await wrap(underlying).addItems([item('1'), item('2')])
    const before = structuredClone(underlying.items)
    const session = new EncryptedSession({ underlyingSession: underlying, keys: both('new') })
    expect((await failure(() => session.rotateKeys())).code).toBe('SESSION_UNSUPPORTED')
    expect(underlying.items).toEqual(before)
    const sdk = new SDKMemorySession({ sessionId: 'a' })
    await wrap(sdk).addItems([item('1'), item('2')])
    const rotated = new EncryptedSession({ underlyingSession: sdk, keys: both('new') })
    expect(await rotated.rotateKeys()).toBe(2)
    expect(
      await new EncryptedSession({ underlyingSession: sdk, keys: both('new').slice(0, 1) }).getItems(),
    ).toHaveLength(2)
  })

  it('compacts with what that session has, after it has seen that it can read what goes', async () => {
    const underlying = Object.assign(new Plain('a'), {
      async replaceHistoryWithCompaction(items: object[]): Promise<void> {
        underlying.items = items as AgentInputItem[]
      },
    })
    await wrap(underlying).addItems([item('1'), item('2')])
    const wrong = new EncryptedSession({ underlyingSession: underlying, encryptionKey: testKey(1) })
    expect((await failure(async () => wrong.replaceHistoryWithCompaction?.([]))).code).toBe('SESSION_DECRYPT_FAILED')
    expect(underlying.items).toHaveLength(2)
    await wrap(underlying).replaceHistoryWithCompaction?.([item('summary')])
    expect(await wrap(underlying).getItems()).toEqual([item('summary')])
  })

  it('is wrapped in its turn, and moves a plain history over', async () => {
    const underlying = new SDKMemorySession({ sessionId: 'a', initialItems: [item('old'), item('old')] })
    const moving = new EncryptedSession({ underlyingSession: underlying, encryptionKey, allowPlaintext: true })
    expect(await moving.encryptExisting()).toBe(2)
    const session = wrap(underlying)
    expect(await session.getItems()).toEqual([item('old'), item('old')])
    const outer = new OpenAIResponsesCompactionSession({ underlyingSession: session, client: {} as never })
    await outer.addItems([item('new')])
    expect(await outer.popItem()).toEqual(item('new'))
    const twice = new EncryptedSession({ underlyingSession: session, encryptionKey: testKey(1) })
    await session.clearSession()
    await twice.addItems([item('twice')])
    expect(await twice.getItems()).toEqual([item('twice')])
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

async function envelopesOf(items: AgentInputItem[]): Promise<object[]> {
  const underlying = new Plain('a')
  await wrap(underlying).addItems(items)
  return underlying.items
}
