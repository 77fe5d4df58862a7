import { MemoryStore } from '@sessions/core'
import { EncryptedSession, EncryptedStore } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { failure, item, secret } from './support/failure.ts'
import { temporaryFile } from './support/folder.ts'
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
})
