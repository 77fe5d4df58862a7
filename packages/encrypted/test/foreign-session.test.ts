import {
  type AgentInputItem,
  OpenAIResponsesCompactionSession,
  MemorySession as SDKMemorySession,
} from '@openai/agents'
import { EncryptedSession, type EncryptedSessionOptions } from '@sessions/encrypted'
import { describe, expect, it } from 'vitest'
import { failure, item, secret } from './support/failure.ts'
import { testKey } from './support/keys.ts'
import { PlainSession } from './support/plain-session.ts'

const encryptionKey = testKey()

function wrap(underlyingSession: EncryptedSessionOptions['underlyingSession']): EncryptedSession {
  return new EncryptedSession({ underlyingSession, encryptionKey })
}

describe('around a session of another', () => {
  it('stores envelopes as items, and nothing else', async () => {
    const underlying = new PlainSession('a')
    const session = wrap(underlying)
    await session.addItems([item('1'), { role: 'user', content: [{ type: 'input_image', image: 'data:' }] }])
    expect(underlying.items).toMatchObject(Array(2).fill({ type: 'unknown', __enc__: 3, alg: 'XC20P', kid: 'default' }))
    expect(JSON.stringify(underlying.items)).not.toContain(secret)
    expect(await session.getItems(1)).toHaveLength(1)
    expect(await session.popItem()).toMatchObject({ content: [{ type: 'input_image' }] })
    await session.clearSession()
    expect(underlying.items).toEqual([])
  })

  it('removes nothing where the newest item does not open', async () => {
    for (const underlying of [new PlainSession('a'), new SDKMemorySession({ sessionId: 'a' })]) {
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
    const underlying = new PlainSession('a')
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

  it('takes turns with other wrappers of the same session, so that nothing need be put back', async () => {
    const underlying = new PlainSession('a')
    const wrappers = [wrap(underlying), wrap(underlying), wrap(underlying)]
    const items = Array.from({ length: 12 }, (_, index) => item(`${index}`))
    await wrappers[0]?.addItems(items)
    let added = 0
    const add = underlying.addItems.bind(underlying)
    underlying.addItems = (more) => {
      added++
      return add(more)
    }
    const popped = await Promise.all(Array.from({ length: 15 }, (_, index) => wrappers[index % 3]?.popItem()))
    expect(popped.filter((one) => one !== undefined)).toHaveLength(12)
    expect(new Set(popped.map((one) => JSON.stringify(one))).size).toBe(12 + 1)
    expect(added).toBe(0)
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
    const underlying = new PlainSession('a')
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
    const underlying = Object.assign(new PlainSession('a'), {
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

async function envelopesOf(items: AgentInputItem[]): Promise<object[]> {
  const underlying = new PlainSession('a')
  await wrap(underlying).addItems(items)
  return underlying.items
}
