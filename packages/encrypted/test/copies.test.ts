import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MemoryStore, SessionError, StoredSession } from '@sessions/core'
import { EncryptedSession, EncryptedStore } from '@sessions/encrypted'
import { expect, it, onTestFinished } from 'vitest'

type Core = typeof import('@sessions/core')
const item = { role: 'user', content: 'a secret' } as const
const encryptionKey = 'a passphrase of some length'

/** The core package once more, as a program has it whose adapter brings its own. */
async function anotherCopy(): Promise<Core> {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-copy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cpSync(dirname(fileURLToPath(import.meta.resolve('@sessions/core'))), folder, { recursive: true })
  const core: Core = await import(/* @vite-ignore */ join(folder, 'index.ts'))
  expect(core.StoredSession).not.toBe(StoredSession)
  return core
}

it('encrypts a session and a store of another copy of core alike, below their items', async () => {
  const other = await anotherCopy()
  const [beneath, beside] = [new other.MemoryStore(), new other.MemoryStore()]
  const session = new EncryptedSession({ underlyingSession: beneath.session('a'), encryptionKey })
  const stored = new EncryptedStore({ store: beside as unknown as MemoryStore, encryptionKey }).session('a')
  for (const one of [session, stored]) {
    await one.addItems([item, item])
    await one.setMetadata?.({ userId: 'u' })
    const transaction = { type: 'replace_suffix', expectedSuffix: [item], replacement: [] } as const
    await one.applyHistoryTransaction?.({ operationId: 'o', transaction })
    await one.applyHistoryTransaction?.({ operationId: 'o', transaction })
    expect(await one.getItems()).toEqual([item])
    expect(await one.info?.()).toMatchObject({ itemCount: 1, metadata: { userId: 'u' } })
  }
  for (const store of [beneath, beside]) expect(JSON.stringify(await store.records.read('a'))).not.toContain('secret')
})

it('leaves a failed write of an adapter of another copy ambiguous, through a session and through a store', async () => {
  const other = await anotherCopy()
  class Cut extends other.MemoryStore {
    protected override async _commit(): Promise<never> {
      throw new other.SessionError('SESSION_UNAVAILABLE', 'cut off', { ambiguous: true })
    }
  }
  const store = new Cut()
  const session = new EncryptedSession({ underlyingSession: store.session('a'), encryptionKey })
  const stored = new EncryptedStore({ store: store as unknown as MemoryStore, encryptionKey }).session('a')
  for (const one of [session, stored]) {
    const error = await one.addItems([item]).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SessionError)
    expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', ambiguous: true, operation: 'addItems', sessionId: 'a' })
  }
})

it('lets an override of a session of another copy happen', async () => {
  const other = await anotherCopy()
  const written: number[] = []
  class Counting extends other.StoredSession {
    override async addItems(items: readonly never[]): Promise<void> {
      written.push(items.length)
      await super.addItems(items)
    }
  }
  const underlyingSession = new Counting(new other.MemoryStore(), 'a')
  await new EncryptedSession({ underlyingSession, encryptionKey }).addItems([item, item])
  expect(written).toEqual([2])
})

it('writes and reads in the order of the calls, though the cipher of a long text takes longer', async () => {
  const long = { role: 'user', content: 'x'.repeat(20_000) } as const
  const encrypted = new EncryptedStore({ store: new MemoryStore(), encryptionKey })
  const sessions = [
    encrypted.session('a'),
    new EncryptedSession({ underlyingSession: new MemoryStore().session('b'), encryptionKey }),
  ]
  for (const session of sessions) {
    for (let time = 0; time < 10; time++) {
      const [, , items, popped] = await Promise.all([
        session.addItems([long]),
        session.addItems([item]),
        session.getItems(2),
        session.popItem(),
      ])
      expect([items, popped]).toEqual([[long, item], item])
      await session.popItem()
    }
  }
})
