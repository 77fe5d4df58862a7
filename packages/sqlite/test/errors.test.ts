import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { inspect } from 'node:util'
import { SessionError } from '@sessions/core'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { temporaryFile, temporaryFolder } from './support/folder.ts'

const item = { role: 'user', content: 'a secret' } as const

async function failure(work: () => Promise<unknown>): Promise<SessionError> {
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SessionError)
  expect(inspect(error, { depth: 9 })).not.toContain('a secret')
  return error as SessionError
}

it('says that a path is a directory', async () => {
  await using session = new SQLiteSession({ sessionId: 'a', path: temporaryFolder() })
  const error = await failure(() => session.addItems([item]))
  expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', operation: 'addItems', sessionId: 'a' })
  expect(error.message).toMatch(/is a directory/)
})

it('says that a folder is missing, and works once it is there', async () => {
  const path = `${temporaryFolder()}/missing/sessions.db`
  await using session = new SQLiteSession({ sessionId: 'a', path })
  const error = await failure(() => session.addItems([item]))
  expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true })
  expect(error.message).toMatch(/missing does not exist; create it/)
  mkdirSync(dirname(path))
  await session.addItems([item])
  expect(await session.getItems()).toEqual([item])
})

it('says that a file is no database, and leaves it as it is', async () => {
  const path = temporaryFile()
  const text = 'a text of more than one hundred bytes, which is what a header has at least. '.repeat(5)
  writeFileSync(path, text)
  await using session = new SQLiteSession({ sessionId: 'a', path })
  const error = await failure(() => session.addItems([item]))
  expect(error).toMatchObject({ code: 'SESSION_BACKEND', cause: { code: 'SQLITE_NOTADB' } })
  expect(error.message).toMatch(/not a SQLite database: choose another path/)
  expect(readFileSync(path, 'utf8')).toBe(text)
})

it('says that the disk is full, and keeps what was there', async () => {
  const database = new Database(temporaryFile())
  await using store = new SQLiteStore({ database })
  const session = store.session('a')
  await session.addItems([item])
  database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true })) + 2}`)
  const large = { role: 'user', content: 'a secret '.repeat(100_000) } as const
  const error = await failure(() => session.addItems([item, large]))
  expect(error).toMatchObject({ code: 'SESSION_BACKEND', retryable: false, cause: { code: 'SQLITE_FULL' } })
  expect(error.message).toMatch(/full: free some space. Nothing was written/)
  expect(await session.getItems()).toEqual([item])
})

it('says that a file is damaged', async () => {
  const path = temporaryFile()
  const writer = new SQLiteSession({ sessionId: 'a', path })
  await writer.addItems(Array(500).fill(item))
  await writer.close()
  const bytes = readFileSync(path)
  bytes.fill(0xff, 4096)
  writeFileSync(path, bytes)
  await using session = new SQLiteSession({ sessionId: 'a', path })
  const error = await failure(() => session.getItems())
  expect(error).toMatchObject({ code: 'SESSION_BACKEND', cause: { code: 'SQLITE_CORRUPT' } })
  expect(error.message).toMatch(/damaged: restore it/)
})

it('refuses a newer schema and does not touch it', async () => {
  const path = temporaryFile()
  const writer = new SQLiteSession({ sessionId: 'a', path })
  await writer.addItems([item])
  await writer.close()
  const database = new Database(path)
  database.exec('UPDATE agent_sessions_schema SET version = 99')
  database.close()
  const before = readFileSync(path)
  await using session = new SQLiteSession({ sessionId: 'a', path })
  const error = await failure(() => session.addItems([item]))
  expect(error.code).toBe('SESSION_SCHEMA_UNSUPPORTED')
  expect(error.message).toMatch(/version 99.*Upgrade the package/)
  expect(readFileSync(path).equals(before)).toBe(true)
})

it('gives up on a lock after busyTimeoutMs without blocking the event loop, then works again', async () => {
  const path = temporaryFile()
  await using session = new SQLiteSession({ sessionId: 'a', path, busyTimeoutMs: 400 })
  await session.addItems([item])
  const holder = new Database(path)
  holder.exec('BEGIN IMMEDIATE')
  let ticks = 0
  const ticking = setInterval(() => ticks++, 1)
  const error = await failure(() => session.addItems([item]))
  clearInterval(ticking)
  expect(error).toMatchObject({ code: 'SESSION_BUSY', retryable: true, operation: 'addItems' })
  expect(ticks, 'timers ran while the session waited').toBeGreaterThan(3)
  expect(await session.getItems(), 'readers do not wait for a writer').toEqual([item])
  holder.exec('COMMIT')
  holder.close()
  await session.addItems([item])
  expect(await session.getItems()).toHaveLength(2)
})

it('leaves no file behind where it could not open one', async () => {
  const path = `${temporaryFolder()}/missing/sessions.db`
  await using session = new SQLiteSession({ sessionId: 'a', path })
  await failure(() => session.getItems())
  expect(existsSync(dirname(path))).toBe(false)
})
