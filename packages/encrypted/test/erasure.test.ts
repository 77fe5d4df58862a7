import { existsSync, readFileSync } from 'node:fs'
import type { SessionStore } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { EncryptedStore, type KeyEntry } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import { expect, it } from 'vitest'
import { item } from './support/failure.ts'
import { temporaryFile } from './support/folder.ts'
import { testKey } from './support/keys.ts'

const older: KeyEntry = { id: 'old-key', key: testKey() }
const newer: KeyEntry = { id: 'new-key', key: testKey(1) }
const count = 60

/** How often a text is in the bytes of the database and its log. */
function occurrences(path: string, text: string): number {
  const files = ['', '-wal'].map((suffix) => path + suffix).filter((file) => existsSync(file))
  return (
    Buffer.concat(files.map((file) => readFileSync(file)))
      .toString('latin1')
      .split(text).length - 1
  )
}

async function fill(sessions: SessionStore): Promise<void> {
  for (let index = 0; index < count; index++) {
    await sessions.session(`s${index}`).addItems([item('a plain secret'), item('a long one '.repeat(index * 40))])
  }
}

it('leaves no byte of an envelope under an old key in a SQLite file, once rotateKeys has resolved', async () => {
  const [path, clock] = [temporaryFile(), new ManualClock()]
  await using store = new SQLiteStore({ path, clock })
  await using mortal = new SQLiteStore({ path, clock, ttl: 60 })
  await fill(new EncryptedStore({ store, keys: [older] }))
  await new EncryptedStore({ store: mortal, keys: [older] }).session('expired').addItems([item('over')])
  expect(occurrences(path, 'old-key')).toBeGreaterThan(count)
  clock.advance(61_000)
  await new EncryptedStore({ store, keys: [newer, older] }).rotateKeys()
  expect(occurrences(path, 'old-key')).toBe(0)
  expect(occurrences(path, 'new-key')).toBeGreaterThanOrEqual(2 * count)
})

it('leaves no byte of what was plain, once encryptExisting has resolved', async () => {
  const path = temporaryFile()
  await using store = new SQLiteStore({ path })
  await fill(store)
  expect(occurrences(path, 'a plain secret')).toBeGreaterThan(0)
  await new EncryptedStore({ store, keys: [newer], allowPlaintext: true }).encryptExisting()
  expect(occurrences(path, 'a plain secret') + occurrences(path, 'a long one')).toBe(0)
})
