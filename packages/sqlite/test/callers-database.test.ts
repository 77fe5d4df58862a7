import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from './support/folder.ts'

const item = (content: string) => ({ role: 'user', content }) as const
const busy = { code: 'SESSION_BUSY', retryable: true }

/** Each call that writes. */
const writes = {
  addItems: (session: SQLiteSession) => session.addItems([item('ours')]),
  popItem: (session: SQLiteSession) => session.popItem(),
  clearSession: (session: SQLiteSession) => session.clearSession(),
  setMetadata: (session: SQLiteSession) => session.setMetadata({ a: 1 }),
}

describe("while the caller's transaction is open", () => {
  it.each(Object.entries(writes))('%s waits for its end and is done then, whatever becomes of it', async (_, write) => {
    const database = new Database(temporaryFile())
    await using session = new SQLiteSession({ sessionId: 'a', database })
    await session.addItems([item('before')])
    database.exec("BEGIN; DELETE FROM agent_messages WHERE session_id = 'a'")
    let ticks = 0
    const ticking = setInterval(() => ticks++, 1)
    let done = false
    const writing = write(session).then(() => {
      done = true
    })
    while (ticks < 20) await new Promise((resolve) => setTimeout(resolve, 1))
    clearInterval(ticking)
    expect(done).toBe(false)
    database.exec('ROLLBACK')
    await writing
    database.exec('BEGIN; ROLLBACK')
    const expected = { addItems: [item('before'), item('ours')], setMetadata: [item('before')] }
    expect(await session.getItems()).toEqual((expected as Record<string, unknown>)[_] ?? [])
    database.close()
  })

  it.each(Object.entries(writes))('%s gives up after busyTimeoutMs, and nothing is written', async (_, write) => {
    const database = new Database(temporaryFile())
    await using session = new SQLiteSession({ sessionId: 'a', database, busyTimeoutMs: 50 })
    await session.addItems([item('before')])
    database.exec('BEGIN')
    await expect(write(session)).rejects.toMatchObject(busy)
    database.exec('COMMIT')
    expect(await session.getItems()).toEqual([item('before')])
    database.close()
  })

  it('makes no tables, which may be rolled back', async () => {
    const database = new Database(':memory:')
    await using session = new SQLiteSession({ sessionId: 'a', database, busyTimeoutMs: 50 })
    database.exec('BEGIN')
    await expect(session.addItems([item('1')])).rejects.toMatchObject(busy)
    expect(database.prepare('SELECT count(*) FROM sqlite_master').pluck().get()).toBe(0)
    database.exec('ROLLBACK')
    await session.addItems([item('1')])
    expect(await session.getItems()).toEqual([item('1')])
  })

  it('keeps the order of the writes that wait', async () => {
    const database = new Database(':memory:')
    await using session = new SQLiteSession({ sessionId: 'a', database })
    await session.getItems()
    database.exec('BEGIN')
    const writing = Array.from({ length: 20 }, (_, index) => session.addItems([item(`${index}`)]))
    database.exec('COMMIT')
    await Promise.all(writing)
    expect(await session.getItems()).toEqual(Array.from({ length: 20 }, (_, index) => item(`${index}`)))
  })
})

describe("inside an iterate() of the caller's", () => {
  it.each(Object.entries(writes))('%s gives up after busyTimeoutMs, and works after it', async (_, write) => {
    const database = new Database(temporaryFile())
    await using session = new SQLiteSession({ sessionId: 'a', database, busyTimeoutMs: 50 })
    await session.addItems([item('before')])
    for (const _row of database.prepare('SELECT 1').iterate()) await expect(write(session)).rejects.toMatchObject(busy)
    await write(session)
    database.close()
  })

  it('the first call gives up likewise', async () => {
    const database = new Database(temporaryFile())
    await using session = new SQLiteSession({ sessionId: 'a', database, busyTimeoutMs: 50 })
    for (const _row of database.prepare('SELECT 1').iterate()) {
      await expect(session.getItems()).rejects.toMatchObject(busy)
    }
    expect(await session.getItems()).toEqual([])
    database.close()
  })
})

describe('what is a database of no driver', () => {
  const { prototype } = Database
  const looks = { prepare() {}, exec() {}, transaction() {}, pragma() {}, close() {}, open: true }
  it.each([
    ['a path', 'sessions.db', 'a string'],
    ['the class', Database, 'Database'],
    ['its prototype', prototype, 'Database'],
    ['a promise of one', Promise.resolve(new Database(':memory:')), 'Promise'],
    ['an array', [], 'Array'],
    ['what has most of it', looks, 'inTransaction'],
  ])('is refused: %s', (_, database, name) => {
    const make = (): unknown => new SQLiteStore({ database: database as never })
    expect(make).toThrow(TypeError)
    expect(make).toThrow(/database must be/)
    expect(make).toThrow(name)
  })
})
