import { type AgentInputItem, MemoryStore } from '@sessions/core'
import { EncryptedSession } from '@sessions/encrypted'
import { expect, it, vi } from 'vitest'
import { failure, item } from './support/failure.ts'
import { testKey } from './support/keys.ts'
import { PlainSession } from './support/plain-session.ts'

const encryptionKey = testKey()
const transaction = { type: 'append_items', items: [item('1')] } as const

function wrap(): { memory: MemoryStore; session: EncryptedSession } {
  const memory = new MemoryStore()
  return { memory, session: new EncryptedSession({ underlyingSession: memory.session('a'), encryptionKey }) }
}

it('refuses every call after close(), and writes nothing then', async () => {
  const { memory, session } = wrap()
  await session.close()
  const calls = [
    () => session.applyHistoryTransaction?.({ operationId: 'op', transaction }),
    () => session.applyHistoryMutations?.({ mutations: [] }),
    () => session.replaceHistoryWithCompaction?.([]),
    () => session.info?.(),
    () => session.setMetadata?.({ a: 1 }),
    () => session.rotateKeys(),
    () => session.purgeExpired(),
    () => session.removeUnreadable(),
    () => session.addItems([item('1')]),
    async () => {
      for await (const _ of session.items?.() ?? []);
    },
  ]
  for (const call of calls) expect((await failure(async () => call())).code).toBe('SESSION_CLOSED')
  expect(await memory.getSessionInfo('a')).toBeUndefined()
})

it('waits in close() for calls under way of every method', async () => {
  const { memory, session } = wrap()
  const calls = [session.setMetadata?.({ a: 1 }), session.applyHistoryTransaction?.({ operationId: 'op', transaction })]
  await session.close()
  await Promise.all(calls)
  expect(await memory.getSessionInfo('a')).toMatchObject({ itemCount: 1, metadata: { a: 1 } })
})

it('lets a subclass override what a session may have, and call what it overrides', async () => {
  class Audited extends EncryptedSession {
    readonly seen: string[] = []
    override async applyHistoryTransaction(args: never): Promise<void> {
      this.seen.push('transaction')
      await super.applyHistoryTransaction?.(args)
    }
    override async setMetadata(patch: never): Promise<void> {
      this.seen.push('metadata')
      await super.setMetadata?.(patch)
    }
  }
  const session = new Audited({ underlyingSession: new MemoryStore().session('a'), encryptionKey })
  await session.applyHistoryTransaction({ operationId: 'op', transaction } as never)
  await session.setMetadata({ a: 1 } as never)
  expect(session.seen).toEqual(['transaction', 'metadata'])
  expect(await session.getItems()).toEqual([item('1')])
  const foreign = new Audited({ underlyingSession: new PlainSession('a'), encryptionKey })
  expect(typeof foreign.applyHistoryTransaction, 'its own, though the session beneath has none').toBe('function')
  expect(foreign.replaceHistoryWithCompaction).toBeUndefined()
})

it('can be spied upon, and its methods replaced, as those of any class', async () => {
  const { session } = wrap()
  for (const name of ['addItems', 'applyHistoryTransaction', 'info'] as const) {
    const spy = vi.spyOn(session, name)
    await session.addItems([item('1')])
    await session.applyHistoryTransaction?.({ operationId: 'op', transaction })
    await session.info?.()
    expect(spy).toHaveBeenCalledTimes(1)
    spy.mockRestore()
  }
  const replaced: AgentInputItem[] = []
  session.addItems = async (items) => void replaced.push(...items)
  await session.addItems([item('2')])
  expect(replaced).toEqual([item('2')])
})

it('lets mistakes of the caller reach the caller, and reads items at once', async () => {
  const { session } = wrap()
  await expect(session.applyHistoryTransaction?.({ operationId: '', transaction })).rejects.toThrow(TypeError)
  await expect(session.setMetadata?.('x' as never)).rejects.toThrow(TypeError)
  expect(() => session.items?.({ pageSize: 0 })).toThrow(RangeError)
  await expect(session.rotateKeys({ sessionId: 'b' } as never)).rejects.toThrow(/no option "sessionId"/)
  const items = [item('1')]
  const adding = session.applyHistoryTransaction?.({ operationId: 'op', transaction: { type: 'append_items', items } })
  items.push(item('2'))
  await adding
  expect(await session.getItems()).toEqual([item('1')])
})
