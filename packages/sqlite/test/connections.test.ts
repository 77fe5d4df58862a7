import { existsSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { connectFile } from '../src/connection.ts'
import { deriveNames } from '../src/tables.ts'
import { temporaryFile } from './support/folder.ts'

/** How often this process has the file open, as the kernel sees it. */
function openCount(path: string): number {
  const targets = readdirSync('/proc/self/fd').map((descriptor) => {
    return existsSync(`/proc/self/fd/${descriptor}`) ? readlinkSync(`/proc/self/fd/${descriptor}`) : ''
  })
  return targets.filter((target) => target === path).length
}

const item = { role: 'user', content: 'hello' } as const

describe('a file', () => {
  it.runIf(process.platform === 'linux')('has one connection for 10,000 sessions, closed with the last', async () => {
    const path = temporaryFile()
    const sessions = Array.from({ length: 10_000 }, (_, index) => new SQLiteSession({ sessionId: `s${index}`, path }))
    expect(openCount(path)).toBe(0)
    await Promise.all(sessions.slice(0, 100).map((session) => session.addItems([item])))
    await Promise.all(sessions.map((session) => session.getItems()))
    expect(openCount(path)).toBe(1)
    const [last, ...others] = sessions
    await Promise.all(others.map((session) => session.close()))
    expect(openCount(path)).toBe(1)
    expect(await last?.getItems()).toEqual([item])
    await last?.close()
    expect(openCount(path)).toBe(0)
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  it.runIf(process.platform === 'linux')('has one connection whatever links and spellings lead to it', async () => {
    const path = temporaryFile()
    await using first = new SQLiteSession({ sessionId: 'a', path })
    await first.addItems([item])
    const link = join(dirname(path), 'link.db')
    symlinkSync(path, link)
    await using second = new SQLiteSession({ sessionId: 'a', path: link })
    await using third = new SQLiteSession({ sessionId: 'a', path: join(dirname(path), '.', 'x', '..', 'sessions.db') })
    expect([await second.getItems(), await third.getItems()]).toEqual([[item], [item]])
    expect(openCount(path)).toBe(1)
  })

  it('is opened again after the last session closed', async () => {
    const path = temporaryFile()
    for (let time = 1; time <= 3; time++) {
      await using session = new SQLiteSession({ sessionId: 'a', path })
      await session.addItems([item])
      expect(await session.getItems()).toHaveLength(time)
    }
  })

  it('means the folder that the process was in when the session was made', async () => {
    const path = temporaryFile()
    const before = process.cwd()
    process.chdir(dirname(path))
    const session = new SQLiteSession({ sessionId: 'a', path: 'sessions.db' })
    process.chdir(before)
    await session.addItems([item])
    await session.close()
    expect(existsSync(path)).toBe(true)
  })

  it('is kept in WAL mode and synced at every commit, unless asked otherwise', async () => {
    for (const [synchronous, level] of [
      ['FULL', 2],
      ['NORMAL', 1],
    ] as const) {
      const { resource, release } = await connectFile({
        path: temporaryFile(),
        driver: 'better-sqlite3',
        synchronous,
        busyTimeoutMs: 1_000,
        mustExist: false,
        names: deriveNames({}),
      })
      expect(resource.database.pragma('journal_mode', { simple: true })).toBe('wal')
      expect(resource.database.pragma('synchronous', { simple: true })).toBe(level)
      await release()
    }
  })
})

it('holds the write lock from the beginning of a transaction, so that none fails half way for want of it', async () => {
  const path = temporaryFile()
  const { resource, release } = await connectFile({
    path,
    driver: 'better-sqlite3',
    synchronous: 'FULL',
    busyTimeoutMs: 1_000,
    mustExist: false,
    names: deriveNames({}),
  })
  const other = new Database(path, { timeout: 0 })
  resource.write(() => expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('locked'))
  other.close()
  await release()
})

describe('a session in memory', () => {
  it('is private and ends with close', async () => {
    await using one = new SQLiteSession({ sessionId: 'a' })
    await using other = new SQLiteSession({ sessionId: 'a', path: ':memory:' })
    await one.addItems([item])
    expect(await one.getItems()).toEqual([item])
    expect(await other.getItems()).toEqual([])
  })
})

describe("a caller's own database", () => {
  it('is used and never closed, and keeps its settings', async () => {
    const database = new Database(temporaryFile())
    database.pragma('synchronous = OFF')
    database.defaultSafeIntegers(true)
    const store = new SQLiteStore({ database })
    const session = store.session('a')
    await session.addItems([item, item])
    expect((await session.info())?.itemCount).toBe(2)
    const pages = []
    for await (const each of session.items({ pageSize: 1 })) pages.push(each)
    expect(pages).toEqual([item, item])
    await store.close()
    expect(database.open).toBe(true)
    expect(database.pragma('journal_mode', { simple: true })).toBe('delete')
    expect(database.pragma('synchronous', { simple: true })).toBe(0n)
    database.close()
  })

  it('says so when its owner closed it, also before its first use', async () => {
    const database = new Database(':memory:')
    await using session = new SQLiteSession({ sessionId: 'a', database })
    await session.addItems([item])
    database.close()
    await using unused = new SQLiteSession({ sessionId: 'a', database })
    for (const closed of [session, unused]) {
      await expect(closed.getItems()).rejects.toMatchObject({ code: 'SESSION_UNAVAILABLE', operation: 'getItems' })
    }
  })
})

describe('options', () => {
  it.each([
    [{ sessionId: 'a', file: 'x' }, TypeError, 'file'],
    [{ path: 'x' }, TypeError, 'sessionId'],
    [{ sessionId: 'a', path: '' }, TypeError, 'path'],
    [{ sessionId: 'a', path: 1 }, TypeError, 'path'],
    [{ sessionId: 'a', path: 'a\0b' }, TypeError, 'path'],
    [{ sessionId: 'a', clock: {} }, TypeError, 'clock'],
    [Object.assign(Object.create({ path: 'inherited.db' }), { sessionId: 'a' }), TypeError, 'path'],
    [{ sessionId: 'a', path: 'x', database: {} }, TypeError, 'database'],
    [{ sessionId: 'a', path: 'x.db ' }, TypeError, 'path'],
    [{ sessionId: 'a', synchronous: 'OFF' }, TypeError, 'synchronous'],
    [{ sessionId: 'a', sessionsTable: '' }, TypeError, 'sessionsTable'],
    [{ sessionId: 'a', messagesTable: 'a\nb' }, TypeError, 'messagesTable'],
    [{ sessionId: 'a', messagesTable: 'SQLITE_x' }, TypeError, 'messagesTable'],
    [{ sessionId: 'a', sessionsTable: 'x'.repeat(64) }, TypeError, 'sessionsTable'],
    [{ sessionId: 'a', messagesTable: 'AGENT_sessions_ttls' }, TypeError, 'AGENT_sessions_ttls'.toLowerCase()],
    [{ sessionId: 'a', operationTtl: 0 }, RangeError, 'operationTtl'],
    [{ sessionId: 'a', operationTtl: '60' }, TypeError, 'operationTtl'],
    [{ sessionId: 'a', ttl: 0 }, RangeError, 'ttl'],
    [{ sessionId: 'a', ttl: Number.NaN }, RangeError, 'ttl'],
    [{ sessionId: 'a', ttl: 1e15 }, RangeError, 'ttl'],
    [{ sessionId: 'a', ttl: '60' }, TypeError, 'ttl'],
    [{ sessionId: 'a', busyTimeoutMs: -1 }, RangeError, 'busyTimeoutMs'],
    [{ sessionId: 'a', busyTimeoutMs: 2 ** 31 }, RangeError, 'busyTimeoutMs'],
    [undefined, TypeError, 'options'],
  ])('are refused with their name: %j', (options, kind, name) => {
    const create = (): unknown => new SQLiteSession(options as never)
    expect(create).toThrow(kind)
    expect(create).toThrow(name)
  })

  it('cause no I/O until first use', () => {
    const path = temporaryFile()
    new SQLiteSession({ sessionId: 'a', path })
    new SQLiteStore({ path })
    expect(existsSync(path)).toBe(false)
  })
})
