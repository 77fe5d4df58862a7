import { existsSync, readFileSync } from 'node:fs'
import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it, vi } from 'vitest'
import { temporaryFile } from './support/folder.ts'

const count = 40
const text = (index: number): string => `a secret no. ${String(index).padStart(4, '0')} of somebody`
/** Some of many pages each. */
const item = (index: number) => ({ role: 'user', content: text(index).repeat(index % 4 === 0 ? 500 : 1) }) as const

/** Which of the secrets are in the bytes of the files. */
function found(path: string): number[] {
  const files = ['', '-wal'].map((suffix) => path + suffix).filter((file) => existsSync(file))
  const bytes = Buffer.concat(files.map((file) => readFileSync(file)))
  return Array.from({ length: count }, (_, index) => index).filter((index) => bytes.includes(text(index)))
}

async function filled(path: string, clock?: ManualClock): Promise<SQLiteStore> {
  const store = new SQLiteStore({ path, ...(clock && { clock, ttl: 60 }) })
  for (let index = 0; index < count; index++) await store.session(`s${index}`).addItems([item(index)])
  expect(found(path)).toHaveLength(count)
  return store
}

/** What promises that something is gone, and does for all secrets. */
const deletions: Readonly<Record<string, (store: SQLiteStore, clock: ManualClock) => Promise<unknown>>> = {
  deleteSessions: (store) => store.deleteSessions({ prefix: 's' }),
  deleteSession: async (store) => {
    for (let index = 0; index < count; index++) await store.deleteSession(`s${index}`)
  },
  clearSession: (store) =>
    Promise.all(Array.from({ length: count }, (_, index) => store.session(`s${index}`).clearSession())),
  purgeExpired: (store, clock) => {
    clock.advance(61_000)
    return store.purgeExpired()
  },
}

describe('what was deleted is in no byte of the files', () => {
  it.each(Object.entries(deletions))('once %s has resolved', async (_, deletion) => {
    const [path, clock] = [temporaryFile(), new ManualClock()]
    await using store = await filled(path, clock)
    await deletion(store, clock)
    expect(found(path)).toEqual([])
  })

  it('while other sessions stay', async () => {
    const path = temporaryFile()
    await using store = await filled(path)
    await store.deleteSessions({ prefix: 's1' })
    const expected = Array.from({ length: count }, (_, index) => index).filter((index) => !`${index}`.startsWith('1'))
    expect(found(path)).toEqual(expected)
  })

  it('soon after popItem, replaceHistoryWithCompaction and setMetadata', async () => {
    const path = temporaryFile()
    await using store = await filled(path)
    await store.session('s1').setMetadata({ note: text(0) })
    await store.session('s0').popItem()
    await store.session('s1').replaceHistoryWithCompaction([{ role: 'user', content: 'a summary' }])
    await store.session('s1').setMetadata({ note: undefined })
    await vi.waitFor(
      () => expect(found(path)).toEqual(Array.from({ length: count - 2 }, (_, index) => index + 2)),
      10_000,
    )
  })

  it('once the last connection is closed, where another was reading meanwhile', async () => {
    const path = temporaryFile()
    const store = await filled(path)
    const reader = new Database(path)
    reader.exec('BEGIN; SELECT count(*) FROM agent_messages')
    await store.deleteSessions({ prefix: 's' })
    reader.exec('COMMIT')
    reader.close()
    await store.close()
    expect(found(path)).toEqual([])
  })
})

it('keeps the log from growing for good', async () => {
  const path = temporaryFile()
  await using store = new SQLiteStore({ path })
  await store.session('a').addItems(Array(20_000).fill({ role: 'user', content: 'x'.repeat(1_000) }))
  expect(readFileSync(`${path}-wal`).length).toBeGreaterThan(16 * 2 ** 20)
  for (let time = 0; time < 3; time++) await store.session('a').addItems([item(0)])
  expect(readFileSync(`${path}-wal`).length).toBeLessThanOrEqual(8 * 2 ** 20)
})
