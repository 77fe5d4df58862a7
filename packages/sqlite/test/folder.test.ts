import { mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SQLiteSession } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Folder } from '../src/folder.ts'
import { temporaryFile, temporaryFolder } from './support/folder.ts'

const item = (content: string) => ({ role: 'user', content }) as const

// How long a change of the folder may look like the one before it is told by this clock.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** A folder that was looked at, and how often its files were since. */
function looking(path: string): { holds(): boolean; looks(): number; lose(): unknown } {
  let looks = 0
  const files = { there: true }
  const folder = new Folder(path)
  const look = (): boolean => {
    looks++
    return files.there
  }
  return {
    holds: () => folder.holds(path, look),
    looks: () => looks,
    lose: () => Object.assign(files, { there: false }),
  }
}

describe('the files of a folder', () => {
  it('are looked at each time at first, then once, and again after a change in the folder', () => {
    const path = temporaryFolder()
    const { holds, looks } = looking(path)
    for (let count = 0; count < 3; count++) expect(holds()).toBe(true)
    expect(looks()).toBe(3)
    // A folder of a file system that counts in seconds is trusted later.
    vi.advanceTimersByTime(3_000)
    for (let count = 0; count < 3; count++) expect(holds()).toBe(true)
    expect(looks()).toBe(4)
    const { atime, mtime } = statSync(path)
    writeFileSync(join(path, 'a'), '')
    rmSync(join(path, 'a'))
    utimesSync(path, atime, mtime)
    for (let count = 0; count < 3; count++) expect(holds()).toBe(true)
    expect(looks()).toBe(7)
    vi.advanceTimersByTime(3_000)
    for (let count = 0; count < 3; count++) expect(holds()).toBe(true)
    expect(looks()).toBe(8)
  })

  it('are looked at each time where they are missing, and where another folder has its name', () => {
    const path = temporaryFolder()
    const { holds, looks, lose } = looking(path)
    holds()
    vi.advanceTimersByTime(3_000)
    lose()
    for (let count = 0; count < 3; count++) expect(holds()).toBe(false)
    expect(looks()).toBe(4)
    const other = looking(path)
    other.holds()
    renameSync(path, `${path}.old`)
    mkdirSync(path)
    vi.advanceTimersByTime(3_000)
    for (let count = 0; count < 3; count++) other.holds()
    expect(other.looks()).toBe(4)
    rmSync(`${path}.old`, { recursive: true })
  })
})

/** What may happen to the files long after they were opened. */
const mishaps = {
  'the file is deleted': (path: string) => rmSync(path),
  'the file is moved': (path: string) => renameSync(path, `${path}.old`),
  'the file is replaced, and its folder gets its time back': (path: string) => {
    const { atime, mtime } = statSync(dirname(path))
    new Database(`${path}.new`).exec('CREATE TABLE other (a)').close()
    renameSync(`${path}.new`, path)
    utimesSync(dirname(path), atime, mtime)
  },
  'the log is deleted': (path: string) => rmSync(`${path}-wal`),
  'the index of the log is deleted': (path: string) => rmSync(`${path}-shm`),
  'the folder is moved': (path: string) => renameSync(dirname(path), `${dirname(path)}.old`),
  'the folder is replaced': (path: string) => {
    renameSync(dirname(path), `${dirname(path)}.old`)
    mkdirSync(dirname(path))
    new Database(path).exec('CREATE TABLE other (a)').close()
  },
}

it.each(Object.entries(mishaps))(
  'long after the last change of the folder, it is noticed that %s',
  async (_, happen) => {
    const path = temporaryFile()
    await using session = new SQLiteSession({ sessionId: 'a', path })
    await session.addItems([item('kept')])
    vi.advanceTimersByTime(3_000)
    expect(await session.getItems()).toEqual([item('kept')])
    happen(path)
    await expect(session.addItems([item('lost')])).rejects.toMatchObject({ code: 'SESSION_UNAVAILABLE' })
    rmSync(`${dirname(path)}.old`, { recursive: true, force: true })
  },
)
