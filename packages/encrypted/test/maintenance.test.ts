import { MemorySession as SDKMemorySession } from '@openai/agents'
import { MemoryStore, type RecordPage, type SessionStore } from '@sessions/core'
import { FaultyStore, ManualClock } from '@sessions/core/testing'
import { EncryptedSession, EncryptedStore, type KeyEntry } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { failure, item } from './support/failure.ts'
import { temporaryFile } from './support/folder.ts'
import { testKey } from './support/keys.ts'

const older: KeyEntry = { id: '2025', key: testKey() }
const newer: KeyEntry = { id: '2026', key: testKey(1) }
const many = (count: number) => Array.from({ length: count }, (_, index) => item(`${index}`))

function open(store: SessionStore, ...keys: KeyEntry[]): EncryptedStore {
  return new EncryptedStore({ store, keys })
}

/** Counts what reaches the store beneath. */
class Counting extends FaultyStore {
  readonly counts = { pages: 0, commits: 0, applied: 0 }
  protected override async _page(...args: [string, string | undefined, number]): Promise<RecordPage> {
    this.counts.pages++
    return super._page(...args)
  }
  protected override async _commit(...args: Parameters<FaultyStore['_commit']>): ReturnType<FaultyStore['_commit']> {
    const result = await super._commit(...args)
    if (args[1].maintain !== undefined) this.counts.commits++
    if (args[1].maintain !== undefined && result.status === 'applied') this.counts.applied++
    return result
  }
}

it('leaves updatedAt and expiry, and on SQLite row ids and the time of each row, as they were', async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1))
  const path = temporaryFile()
  await using store = new SQLiteStore({ path, ttl: 90 * 86_400, clock })
  const before = new EncryptedStore({ store, keys: [older], ttl: 3_600, clock })
  await before.session('a').addItems(many(3))
  await store.session('plain').addItems(many(2))
  const database = new Database(path)
  const rows = () => database.prepare('SELECT id, session_id, created_at FROM agent_messages ORDER BY id').all()
  const state = async () => [await store.getSessionInfo('a'), await store.getSessionInfo('plain'), rows()]
  const untouched = await state()
  clock.advance(30 * 60_000)
  const moving = new EncryptedStore({ store, keys: [newer, older], allowPlaintext: true, clock })
  expect(await moving.rotateKeys()).toEqual({ sessions: 1, items: 3 })
  expect(await moving.encryptExisting()).toEqual({ sessions: 1, items: 2 })
  expect(await state()).toEqual(untouched)
  clock.advance(31 * 60_000)
  const after = new EncryptedStore({ store, keys: [newer], ttl: 3_600, clock })
  expect(await after.purgeItems()).toEqual({ sessions: 1, items: 3 })
  const [a, plain] = untouched as { updatedAt: Date; expiresAt: Date }[]
  expect(await store.getSessionInfo('a')).toEqual({ ...a, itemCount: 0 })
  expect(await store.getSessionInfo('plain')).toEqual(plain)
  expect(rows()).toHaveLength(2)
  database.close()
})

it('rotates 2,000 items beside a writer that appends, in one attempt', async () => {
  const counting = new Counting(new MemoryStore())
  await open(counting, older).session('a').addItems(many(2_000))
  const writer = open(counting, older, newer).session('a')
  let [running, appended] = [true, 0]
  const writing = (async () => {
    for (; running; appended++) {
      await writer.addItems([item(`later ${appended}`)])
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  })()
  const result = await open(counting, newer, older).rotateKeys({ sessionId: 'a' })
  running = false
  await writing
  expect(result.items).toBeGreaterThanOrEqual(2_000)
  expect(appended, 'it did write meanwhile').toBeGreaterThan(3)
  expect(counting.counts.applied, 'no write met a conflict').toBe(counting.counts.commits)
  expect(counting.counts.pages, 'the history was read once').toBeLessThanOrEqual(Math.ceil((2_000 + appended) / 200))
  expect(await writer.getItems()).toHaveLength(2_000 + appended)
})

it('seals again only what is new where somebody takes records away meanwhile', async () => {
  const memory = new MemoryStore()
  const counting = new Counting(memory)
  await open(memory, older).session('a').addItems(many(350))
  const held = counting.hold('commit')
  const rotating = open(counting, newer, older).rotateKeys({ sessionId: 'a' })
  await held.entered
  const writer = open(memory, older, newer).session('a')
  expect(await writer.popItem()).toEqual(item('349'))
  await writer.addItems([item('new')])
  held.release()
  expect((await rotating).items).toBe(350)
  // Four chunks, of which the newest met the pop; then what it had, with the new item in the place of the popped one.
  expect(counting.counts).toMatchObject({ commits: 5, applied: 4 })
  expect(await open(memory, newer).session('a').getItems()).toEqual([...many(349), item('new')])
})

it('makes nothing anew of an envelope that stands there twice, however often it is called', async () => {
  const memory = new MemoryStore()
  await open(memory, older).session('a').addItems(many(3))
  const [first = ''] = await memory.records.read('a')
  await memory.records.commit('a', { append: [first] })
  const rotating = open(memory, newer, older)
  for (let turn = 0; turn < 2; turn++) {
    expect((await failure(() => rotating.rotateKeys())).code).toBe('SESSION_REPLAYED')
    expect((await failure(() => rotating.session('a').getItems())).code).toBe('SESSION_REPLAYED')
  }
  const removed = await rotating.removeUnreadable({ sessionId: 'a' })
  expect(removed).toEqual([
    { sessionId: 'a', position: 4, code: 'SESSION_REPLAYED', reason: expect.any(String), record: first },
  ])
  expect(await rotating.rotateKeys()).toEqual({ sessions: 1, items: 1 })
  expect(await open(memory, newer).session('a').getItems()).toEqual(many(3))
})

it('removes what cannot be opened, says exactly what, and then rotates and compacts again', async () => {
  const memory = new MemoryStore()
  await open(memory, older).session('a').addItems(many(4))
  await open(memory, { id: 'elsewhere', key: testKey(2) })
    .session('a')
    .addItems([item('under another id')])
  const [first = '', second = '', third = ''] = await memory.records.read('a')
  const altered = second.replace(/.{8}"}$/, 'AAAAAAAA"}')
  await memory.records.commit('a', { append: [altered, 'planted', third.slice(0, -9)] })
  const before = await memory.records.read('a')
  const store = open(memory, newer, older)
  expect((await failure(() => store.rotateKeys())).code, 'the others are done').toBe('SESSION_KEY_UNKNOWN')
  const bad = before.slice(5)
  const found = await store.removeUnreadable({ dryRun: true })
  expect(found.map(({ position, record }) => [position, record])).toEqual(
    bad.map((record, index) => [6 + index, record]),
  )
  expect(await memory.records.read('a'), 'a dry run changes nothing').toHaveLength(8)
  const info = await memory.getSessionInfo('a')
  expect(await store.removeUnreadable()).toEqual(found)
  expect(await memory.getSessionInfo('a')).toEqual(info && { ...info, itemCount: 5 })
  expect(await store.removeUnreadable(), 'nothing is left to remove').toEqual([])
  expect((await memory.records.read('a'))[4], 'what another key may open stays').toBe(before[4])
  expect(first).toContain('2025')
  const all = open(memory, newer, older, { id: 'elsewhere', key: testKey(2) }).session('a')
  expect(await all.getItems()).toEqual([...many(4), item('under another id')])
  await all.replaceHistoryWithCompaction([item('summary')])
  expect(await all.getItems()).toEqual([item('summary')])
})

it('removes nothing of a session of which nothing opens, as under a wrong key', async () => {
  const memory = new MemoryStore()
  await open(memory, older).session('a').addItems(many(3))
  const wrong = open(memory, { id: '2025', key: testKey(3) })
  for (const options of [{}, { sessionId: 'a' }, { dryRun: true }]) {
    expect(await failure(() => wrong.removeUnreadable(options))).toMatchObject({ code: 'SESSION_DECRYPT_FAILED' })
  }
  expect(await memory.records.read('a')).toHaveLength(3)
  await expect(wrong.removeUnreadable({ dryRun: 1 as never })).rejects.toThrow(TypeError)
})

it('refuses a store that cannot maintain, before anything is changed', async () => {
  class Plain extends FaultyStore {
    protected override _supports(): boolean {
      return false
    }
  }
  const memory = new MemoryStore()
  await open(memory, older).session('a').addItems(many(1))
  const before = await memory.records.read('a')
  const store = open(new Plain(memory), newer, older)
  for (const call of [() => store.rotateKeys(), () => store.rotateKeys({ sessionId: 'a' }), () => store.purgeItems()]) {
    expect((await failure(call)).code).toBe('SESSION_UNSUPPORTED')
  }
  expect(await memory.records.read('a')).toEqual(before)
})

it('ends with the reason of its signal, keeps what is done, and goes on when called again', async () => {
  const memory = new MemoryStore()
  const sessions = ['a', 'b', 'c']
  for (const id of sessions) await open(memory, older).session(id).addItems(many(2))
  const store = open(memory, newer, older)
  const controller = new AbortController()
  const reason = new Error('enough')
  const rotating = store.rotateKeys({ signal: controller.signal, onProgress: () => controller.abort(reason) })
  await expect(rotating).rejects.toBe(reason)
  expect(await store.rotateKeys()).toEqual({ sessions: 2, items: 4 })
  await expect(store.rotateKeys({ signal: {} as never })).rejects.toThrow(/signal must be an AbortSignal/)
  const session = new EncryptedSession({ underlyingSession: memory.session('a'), keys: [newer] })
  await expect(session.rotateKeys({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

it('rotates and purges through a store that is encrypted itself, and around sessions of others', async () => {
  const clock = new ManualClock()
  const inner = new EncryptedStore({ store: new MemoryStore(), encryptionKey: testKey(5), ttl: 60, clock })
  await new EncryptedStore({ store: inner, keys: [older], clock }).session('a').addItems(many(3))
  clock.advance(40_000)
  expect(
    await new EncryptedStore({ store: inner, keys: [newer, older], clock }).rotateKeys({ sessionId: 'a' }),
  ).toEqual({
    sessions: 1,
    items: 3,
  })
  expect(await new EncryptedStore({ store: inner, keys: [newer], clock }).session('a').getItems()).toEqual(many(3))
  clock.advance(20_000)
  expect(await inner.records.read('a'), 'no younger than they were').toEqual([])

  const underlyingSession = new SDKMemorySession({ sessionId: 'a' })
  const session = (keys: KeyEntry[]) => new EncryptedSession({ underlyingSession, keys })
  await session([older]).addItems(many(3))
  await underlyingSession.addItems([item('planted')])
  expect((await failure(() => session([newer, older]).rotateKeys())).code).toBe('SESSION_PLAINTEXT_REFUSED')
  expect(await session([newer]).removeUnreadable()).toHaveLength(1)
  expect(await session([newer]).getItems()).toEqual(many(3))
})
