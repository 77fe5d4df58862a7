import { existsSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from './support/folder.ts'

const item = (content: string) => ({ role: 'user', content }) as const
const unavailable = { code: 'SESSION_UNAVAILABLE', retryable: true }

function removeAll(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}

/** Each call that reads or writes. */
const calls = {
  addItems: (session: SQLiteSession) => session.addItems([item('lost')]),
  getItems: (session: SQLiteSession) => session.getItems(),
  popItem: (session: SQLiteSession) => session.popItem(),
  info: (session: SQLiteSession) => session.info(),
  clearSession: (session: SQLiteSession) => session.clearSession(),
  items: async (session: SQLiteSession) => {
    for await (const _ of session.items());
  },
}

/** What may happen to the files of an open database. */
const mishaps = {
  deleted: (path: string) => removeAll(path),
  'deleted without its log': (path: string) => rmSync(path),
  moved: (path: string) => renameSync(path, `${path}.old`),
  replaced: (path: string) => {
    const other = new Database(`${path}.new`)
    other.exec('CREATE TABLE other (a)')
    other.close()
    renameSync(`${path}.new`, path)
  },
  'left without its folder': (path: string) => renameSync(dirname(path), `${dirname(path)}.old`),
}

describe.each(Object.entries(mishaps))('a file that is %s while it is open', (_, happen) => {
  it.each(Object.entries(calls))('is noticed by the next %s', async (_name, call) => {
    const path = temporaryFile()
    const session = new SQLiteSession({ sessionId: 'a', path })
    await session.addItems([item('kept')])
    happen(path)
    await expect(call(session)).rejects.toMatchObject(unavailable)
    await session.close()
    rmSync(`${dirname(path)}.old`, { recursive: true, force: true })
  })
})

describe('a file that was deleted or replaced', () => {
  it('is opened anew by new sessions, and by the old ones once they have said so', async () => {
    const path = temporaryFile()
    await using before = new SQLiteSession({ sessionId: 'a', path })
    await before.addItems([item('old')])
    removeAll(path)
    const after = new SQLiteSession({ sessionId: 'a', path })
    await after.addItems([item('new')])
    await expect(before.addItems([item('lost')])).rejects.toMatchObject(unavailable)
    // SQLite must not take the new file's log away with the old one's connection.
    const other = new Database(path, { readonly: true })
    expect(other.prepare('SELECT count(*) FROM agent_messages').pluck().get()).toBe(1)
    other.close()
    await before.addItems([item('newer')])
    expect(await after.getItems()).toEqual([item('new'), item('newer')])
    await after.close()
    expect(await before.getItems()).toEqual([item('new'), item('newer')])
  })

  it('is not made again by a session that had it open, until somebody else does', async () => {
    const path = temporaryFile()
    await using session = new SQLiteSession({ sessionId: 'a', path })
    await session.addItems([item('old')])
    removeAll(path)
    for (let time = 0; time < 3; time++) await expect(session.getItems()).rejects.toMatchObject(unavailable)
    expect(existsSync(path)).toBe(false)
    await using fresh = new SQLiteSession({ sessionId: 'a', path })
    await fresh.addItems([item('new')])
    expect(await session.getItems()).toEqual([item('new')])
  })

  it('is noticed where a link leads elsewhere now', async () => {
    const [first, second] = [temporaryFile(), temporaryFile()]
    const link = join(dirname(first), 'current.db')
    symlinkSync(first, link)
    await using session = new SQLiteSession({ sessionId: 'a', path: link })
    await session.addItems([item('first')])
    await using other = new SQLiteSession({ sessionId: 'a', path: second })
    await other.addItems([item('second')])
    unlinkSync(link)
    symlinkSync(second, link)
    await expect(session.getItems()).rejects.toMatchObject(unavailable)
    expect(await session.getItems()).toEqual([item('second')])
  })
})

describe.each(['-wal', '-shm', '-wal and -shm'])('%s removed while it is open', (removed) => {
  it('is noticed by the next call, and nothing that was acknowledged is lost', async () => {
    const path = temporaryFile()
    await using store = new SQLiteStore({ path })
    await using other = new SQLiteStore({ path, synchronous: 'NORMAL' })
    await store.session('a').addItems([item('1')])
    await other.session('a').addItems([item('2')])
    for (const suffix of removed.split(' and ')) rmSync(path + suffix)
    await expect(store.session('a').addItems([item('3')])).rejects.toMatchObject(unavailable)
    await store.session('a').addItems([item('4')])
    await expect(other.session('a').getItems()).rejects.toMatchObject(unavailable)
    for (const each of [store, other]) {
      expect(await each.session('a').getItems()).toEqual([item('1'), item('2'), item('4')])
    }
  })
})

it('makes files that only their owner may read or write, and leaves no other behind', async () => {
  const path = temporaryFile()
  const sessions = Array.from({ length: 5 }, (_, index) => new SQLiteSession({ sessionId: `s${index}`, path }))
  await Promise.all(sessions.map((session) => session.addItems([item('private')])))
  for (const suffix of ['', '-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777, suffix).toBe(0o600)
  expect(readdirSync(dirname(path)).sort()).toEqual(['sessions.db', 'sessions.db-shm', 'sessions.db-wal'])
  await Promise.all(sessions.map((session) => session.close()))
  expect(readdirSync(dirname(path))).toEqual(['sessions.db'])
})
