import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { inspect } from 'node:util'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { drivers } from '../src/database.ts'
import { isBusy, mapError } from '../src/errors.ts'
import { temporaryFile, temporaryFolder } from './support/folder.ts'

const item = (content: string) => ({ role: 'user', content }) as const
const driver = 'node:sqlite'

describe('a file', () => {
  it('is the same to both drivers, one after the other', async () => {
    const path = temporaryFile()
    for (const [index, name] of (['better-sqlite3', driver, 'better-sqlite3'] as const).entries()) {
      await using session = new SQLiteSession({ sessionId: 'a', path, driver: name })
      await session.addItems([item(name)])
      await session.setMetadata({ index })
      expect(await session.getItems()).toHaveLength(index + 1)
      expect((await session.info())?.metadata).toEqual({ index })
    }
  })

  it('is refused while another driver of the process has it open', async () => {
    const path = temporaryFile()
    const first = new SQLiteSession({ sessionId: 'a', path })
    await first.addItems([item('1')])
    await using second = new SQLiteSession({ sessionId: 'a', path, driver })
    const refused = await second.getItems().catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'SESSION_UNSUPPORTED', message: expect.stringMatching(/better-sqlite3/) })
    await first.close()
    expect(await second.getItems()).toEqual([item('1')])
  })

  it('that cannot be opened says why', async () => {
    await using session = new SQLiteSession({ sessionId: 'a', path: temporaryFolder(), driver })
    await expect(session.getItems()).rejects.toMatchObject({
      code: 'SESSION_UNAVAILABLE',
      message: expect.stringMatching(/is a directory/),
    })
  })

  it('that must be there is not made', async () => {
    const path = temporaryFile()
    const { open } = await drivers[driver].load()
    let error: unknown
    try {
      open(path, true)
    } catch (reason) {
      error = reason
    }
    expect(mapError(error)?.code).toBe('SESSION_UNAVAILABLE')
    expect(existsSync(path)).toBe(false)
  })
})

describe('a DatabaseSync', () => {
  it('is used and never closed, and keeps its settings', async () => {
    const database = new DatabaseSync(temporaryFile(), { readBigInts: true, allowBareNamedParameters: false })
    database.exec('PRAGMA synchronous = OFF')
    const stores = [new SQLiteStore({ database, ttl: 60 }), new SQLiteStore({ database })]
    for (const store of stores) await store.session('a').addItems([item('1'), item('2')])
    expect((await stores[0]?.session('a').info())?.itemCount).toBe(4)
    for (const store of stores) await store.close()
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 0n })
    database.close()
  })

  it('in a transaction of its owner makes writes wait, and then give up', async () => {
    const database = new DatabaseSync(':memory:')
    await using session = new SQLiteSession({ sessionId: 'a', database, busyTimeoutMs: 50 })
    await session.addItems([item('before')])
    database.exec('BEGIN')
    await expect(session.addItems([item('lost')])).rejects.toMatchObject({ code: 'SESSION_BUSY', retryable: true })
    const waiting = session.addItems([item('after')])
    database.exec('COMMIT')
    await waiting
    expect(await session.getItems()).toEqual([item('before'), item('after')])
  })

  it('says so when its owner closed it', async () => {
    const database = new DatabaseSync(':memory:')
    await using session = new SQLiteSession({ sessionId: 'a', database })
    await session.addItems([item('1')])
    database.close()
    await expect(session.getItems()).rejects.toMatchObject({ code: 'SESSION_UNAVAILABLE' })
    await expect(session.addItems([item('2')])).rejects.toMatchObject({ code: 'SESSION_UNAVAILABLE' })
  })

  it('tells those who watch over it, from whichever store', async () => {
    const database = new DatabaseSync(':memory:')
    const [one, other] = [new SQLiteStore({ database }), new SQLiteStore({ database })]
    const events = one.session<{ content: string }>('a').watch({ after: null })
    const first = events[Symbol.asyncIterator]().next()
    await other.session('a').addItems([item('seen')])
    expect((await first).value).toMatchObject({ type: 'added', entries: [{ item: item('seen') }] })
    await one.close()
    await other.close()
  })
})

describe('an error of node:sqlite', () => {
  it('means what the same one of better-sqlite3 means, and holds nothing of what was to be stored', async () => {
    const database = new DatabaseSync(temporaryFile())
    await using store = new SQLiteStore({ database })
    await store.session('a').addItems([item('kept')])
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
    database.exec(`PRAGMA max_page_count = ${pages + 1}`)
    const secret = 'a secret '.repeat(100_000)
    const error: unknown = await store
      .session('a')
      .addItems([item(secret)])
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SESSION_BACKEND', message: expect.stringMatching(/full: free some space/) })
    expect(inspect(error, { depth: 9 })).not.toContain('a secret')
    expect(await store.session('a').getItems()).toEqual([item('kept')])
    database.close()
  })

  it.each([
    [5, 'SESSION_BUSY'],
    [261, 'SESSION_BUSY'],
    [6, 'SESSION_BUSY'],
    [8, 'SESSION_BACKEND'],
    [11, 'SESSION_BACKEND'],
    [14, 'SESSION_UNAVAILABLE'],
    [1, 'SESSION_BACKEND'],
  ])('with the result code %i is %s', (errcode, code) => {
    const error = Object.assign(new Error('SQLite'), { code: 'ERR_SQLITE_ERROR', errcode })
    expect(mapError(error)?.code).toBe(code)
    expect(isBusy(error)).toBe(code === 'SESSION_BUSY')
  })
})

it('gives up on a lock after busyTimeoutMs while timers run', async () => {
  const path = temporaryFile()
  await using session = new SQLiteSession({ sessionId: 'a', path, driver, busyTimeoutMs: 400 })
  await session.addItems([item('1')])
  const holder = new DatabaseSync(path)
  holder.exec('BEGIN IMMEDIATE')
  let ticks = 0
  const ticking = setInterval(() => ticks++, 1)
  await expect(session.addItems([item('2')])).rejects.toMatchObject({ code: 'SESSION_BUSY' })
  clearInterval(ticking)
  expect(ticks).toBeGreaterThan(3)
  holder.exec('COMMIT')
  holder.close()
  expect(await session.getItems()).toEqual([item('1')])
})

it.each([
  [{ driver: 'sqlite3' }, 'driver must be one of better-sqlite3, node:sqlite, bun:sqlite'],
  [{ driver: 'toString' }, 'driver must be one of'],
  [{ driver, database: new Database(':memory:') }, 'driver is for a path'],
])('refuses %j', (options, message) => {
  expect(() => new SQLiteStore(options as never)).toThrow(TypeError)
  expect(() => new SQLiteStore(options as never)).toThrow(message)
})

it('says that bun:sqlite is not there', async () => {
  const error = await new SQLiteStore({ driver: 'bun:sqlite' })
    .session('a')
    .getItems()
    .catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'SESSION_UNSUPPORTED', message: expect.stringMatching(/node:sqlite/) })
})
