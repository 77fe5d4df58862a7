import { createHash, hkdfSync } from 'node:crypto'
import { MemoryStore } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { EncryptedSession, EncryptedStore } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { failure, item, secret } from './support/failure.ts'
import { temporaryFile } from './support/folder.ts'
import { testKey } from './support/keys.ts'
import { PlainSession } from './support/plain-session.ts'

const encryptionKey = 'secret'

function python(store: MemoryStore | SQLiteStore, key = encryptionKey): EncryptedStore {
  return new EncryptedStore({ store, encryptionKey: key, format: 'python' })
}

describe("in Python's format", () => {
  it('reads what Python left in its tables, and leaves what Python reads', async () => {
    const path = temporaryFile()
    await using store = new SQLiteStore({ path })
    const session = python(store).session('e1')
    await session.addItems([item('1')])
    const database = new Database(path)
    // As Python's SQLiteSession writes it: json.dumps with spaces. The token is one that Python made.
    const payload =
      'gAAAAABlU_EAAAECAwQFBgcICQoLDA0OD_EAPy4MW7_8OfC1XWBfUMw5eCUtvO7tORc1M_5TRweyKVOupjfjpWN1mIa8lQD86bqAabd3AZEuNhSIdWe22nSzE2N9jpq5p_C7x62Nj_oQ'
    const row = `{"__enc__": 1, "v": 1, "kid": "hkdf-v1", "payload": "${payload}"}`
    database.prepare('INSERT INTO agent_messages (session_id, message_data) VALUES (?, ?)').run('e1', row)
    expect(await session.getItems()).toEqual([item('1'), { role: 'user', content: 'héllo' }])
    const rows = database.prepare('SELECT message_data FROM agent_messages ORDER BY id').pluck().all() as string[]
    expect(JSON.parse(rows[0] ?? '')).toEqual({
      __enc__: 1,
      v: 1,
      kid: 'hkdf-v1',
      payload: expect.stringMatching(/^gAAAAA/),
    })
    expect(rows.join()).not.toContain(secret)
    expect(await session.popItem()).toEqual({ role: 'user', content: 'héllo' })
    database.close()
  })

  it('is loud where Python is quiet: a wrong key, another session, plaintext, a copy, our own envelopes', async () => {
    const memory = new MemoryStore()
    await python(memory)
      .session('a')
      .addItems([item('1'.repeat(20))])
    const [record = ''] = await memory.records.read('a')
    expect(record, 'a token that ends with padding').toMatch(/="}$/)
    const wrong = python(memory, 'other secret')
    for (const call of [
      () => wrong.session('a').getItems(),
      () => wrong.session('a').popItem(),
      () => wrong.session('a').addItems([item()]),
    ]) {
      expect((await failure(call)).code).toBe('SESSION_DECRYPT_FAILED')
    }
    expect(await memory.records.read('a')).toEqual([record])
    const planted: [string, string][] = [
      ['SESSION_DECRYPT_FAILED', record.replace('"v":1', '"v":2')],
      ['SESSION_DECRYPT_FAILED', record.replace('hkdf-v1', 'hkdf-v2')],
      ['SESSION_DECRYPT_FAILED', record.replace('gAAAAA', 'gAAAAB')],
      ['SESSION_DECRYPT_FAILED', record.replace(/="}$/, '"}')],
      ['SESSION_DECRYPT_FAILED', record.replace(/"}$/, '="}')],
      ['SESSION_PLAINTEXT_REFUSED', JSON.stringify(item('planted'))],
      ['SESSION_REPLAYED', record],
    ]
    for (const [code, text] of planted) {
      await memory.records.commit('a', { append: [text] })
      expect((await failure(() => python(memory).session('a').getItems())).code, text).toBe(code)
      await memory.records.commit('a', { drop: 1 })
    }
    await memory.records.commit('b', { append: [record] })
    expect((await failure(() => python(memory).session('b').getItems())).code).toBe('SESSION_DECRYPT_FAILED')
    const ours = new EncryptedStore({ store: memory, encryptionKey: 'a passphrase of ours' })
    await ours.session('c').addItems([item('1')])
    expect((await failure(() => python(memory).session('c').getItems())).message).toMatch(
      /format 'sessions', not Python's/,
    )
  })

  it('keeps the envelopes of any session as Python does, with a mark that the SDK wants', async () => {
    const underlyingSession = new PlainSession('a')
    const session = new EncryptedSession({ underlyingSession, encryptionKey, format: 'python' })
    await session.addItems([item('1')])
    expect(underlyingSession.items).toMatchObject([{ __enc__: 1, v: 1, kid: 'hkdf-v1', type: 'unknown' }])
    const { type: _, ...envelope } = underlyingSession.items[0] as { type: string }
    underlyingSession.items = [envelope as never]
    expect(await session.popItem(), 'as Python stores it').toEqual(item('1'))
    expect(underlyingSession.items).toEqual([])
  })

  it('refuses an empty key, and takes any other text, as Python does', async () => {
    for (const key of ['', undefined, new Uint8Array(31).fill(1), 'a\ud800']) {
      const options = { store: new MemoryStore(), encryptionKey: key as string, format: 'python' } as const
      expect(() => new EncryptedStore(options), String(key)).toThrow(TypeError)
    }
    const memory = new MemoryStore()
    await python(memory, 'x')
      .session('a')
      .addItems([item('1')])
    expect(await python(memory, 'x').session('a').getItems()).toEqual([item('1')])
  })

  it('is taken over by encryptExisting(), with the times of its items, whose keys are no keys of ours', async () => {
    const memory = new MemoryStore()
    const clock = new ManualClock(Date.UTC(2026, 0, 1))
    const old = new EncryptedStore({ store: memory, encryptionKey: 'short', format: 'python', clock })
    await old.session('a').addItems([item('1'), item('2')])
    await old.session('b').addItems([item('3')])
    await memory.session('a').addItems([item('plain')])
    clock.advance(50_000)
    const keys = [{ id: '2026', key: testKey() }]
    const store = new EncryptedStore({ store: memory, keys, clock, ttl: 60 })
    const from = { format: 'python', encryptionKey: 'short' } as const
    await expect(store.encryptExisting()).rejects.toThrow(TypeError)
    expect((await failure(() => store.encryptExisting({ from }))).code, 'plaintext is not of Python').toBe(
      'SESSION_PLAINTEXT_REFUSED',
    )
    expect(await store.session('b').getItems()).toEqual([item('3')])
    const moving = new EncryptedStore({ store: memory, keys, clock, ttl: 60, allowPlaintext: true })
    expect(await moving.encryptExisting({ from })).toEqual({ sessions: 1, items: 1 })
    expect(await store.session('a').getItems()).toEqual([item('1'), item('2'), item('plain')])
    clock.advance(11_000)
    expect(await store.session('a').getItems(), 'no younger than they were').toEqual([item('plain')])
    const wrong = { ...from, encryptionKey: 'other' }
    await old.session('c').addItems([item('4')])
    expect((await failure(() => store.encryptExisting({ sessionId: 'c', from: wrong }))).code).toBe(
      'SESSION_DECRYPT_FAILED',
    )
    for (const bad of [{}, { format: 'sessions' }, { ...from, ttl: 1 }, { ...from, sessionId: 'x' }, 'python']) {
      await expect(store.encryptExisting({ from: bad as never })).rejects.toThrow(TypeError)
    }
  })

  it('reads what a wrapper wrote whose session_id was not that of the session beneath, and takes it over', async () => {
    const memory = new MemoryStore()
    const theirs = new MemoryStore()
    await python(theirs)
      .session('wrapper')
      .addItems([item('1')])
    await memory.records.commit('beneath', { append: await theirs.records.read('wrapper') })
    const options = { underlyingSession: memory.session('beneath'), encryptionKey, format: 'python' } as const
    expect((await failure(() => new EncryptedSession(options).getItems())).code).toBe('SESSION_DECRYPT_FAILED')
    const session = new EncryptedSession({ ...options, sessionId: 'wrapper' })
    expect(await session.getItems()).toEqual([item('1')])
    await session.addItems([item('2')])
    expect(await memory.records.read('beneath')).toHaveLength(2)
    expect(await memory.getSessionInfo('wrapper')).toBeUndefined()
    await session.close()
    const ours = new EncryptedStore({ store: memory, encryptionKey: testKey() })
    const from = { format: 'python', encryptionKey, sessionId: 'wrapper' } as const
    expect(await ours.encryptExisting({ sessionId: 'beneath', from })).toEqual({ sessions: 1, items: 2 })
    expect(await ours.session('beneath').getItems()).toEqual([item('1'), item('2')])
  })

  it('refuses ids of more than 64 bytes, whose keys are those of another id', async () => {
    // HMAC takes the SHA-256 of a longer key in its place (RFC 2104, section 2): two salts, one key.
    const long = 'x'.repeat(65)
    const hashed = createHash('sha256').update(long).digest()
    const derive = (salt: string | Buffer) =>
      Buffer.from(hkdfSync('sha256', 'secret', salt, 'info', 32)).toString('hex')
    expect(derive(long)).toBe(derive(hashed))
    const memory = new MemoryStore()
    expect(() => python(memory).session(long)).toThrow(/at most 64 bytes/)
    expect(() => python(memory).session(`${'é'.repeat(32)}x`)).toThrow(TypeError)
    expect(
      () => new EncryptedSession({ underlyingSession: memory.session(long), encryptionKey, format: 'python' }),
    ).toThrow(TypeError)
    expect((await failure(() => python(memory).records.commit(long, { append: ['a'] }))).code).toBe(
      'SESSION_UNSUPPORTED',
    )
    await python(memory)
      .session('é'.repeat(32))
      .addItems([item('1')])
    expect(await python(memory).session('é'.repeat(32)).getItems()).toEqual([item('1')])
  })
})
