import { execFileSync } from 'node:child_process'
import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { temporaryFile } from './support/folder.ts'

const item = (content: string) => ({ role: 'user', content }) as const

it('copies 100,000 items inside the database: within three times what adding them took, in bounded memory', async () => {
  const path = temporaryFile()
  await using store = new SQLiteStore({ path })
  const items = Array.from({ length: 100_000 }, (_, index) => item(`${index} ${'x'.repeat(100)}`))
  const begun = performance.now()
  await store.session('long').addItems(items)
  const added = performance.now() - begun
  const program = new URL('./programs/fork.ts', import.meta.url).pathname
  const output = execFileSync(process.execPath, [program, path, 'long', 'fork'], { encoding: 'utf8' })
  const { itemCount, ms, extraMiB } = JSON.parse(output)
  expect(itemCount).toBe(100_000)
  expect(ms).toBeLessThan(3 * added)
  expect(extraMiB).toBeLessThan(48)
  const newest = await store.session('fork').getItems(3)
  expect(newest).toEqual(items.slice(-3))
})

it('copies histories of every length around those that it copies in pieces of', async () => {
  await using store = new SQLiteStore()
  for (const length of [0, 1, 99, 100, 101, 199, 200, 201]) {
    const session = store.session(`source ${length}`)
    await session.setMetadata({ length })
    await session.addItems(Array.from({ length }, (_, index) => item(`${index}`)))
    await store.forkSession(`source ${length}`, `fork ${length}`)
    expect(await store.session(`fork ${length}`).getItems()).toEqual(await session.getItems())
    const { entries } = await session.page({ limit: length + 1 })
    for (const upTo of [entries[0], entries[Math.floor(length / 2)], entries.at(-1)]) {
      if (upTo === undefined) continue
      await store.deleteSession('part')
      await store.forkSession(`source ${length}`, 'part', { upTo: upTo.id })
      const end = entries.findIndex(({ id }) => id === upTo.id) + 1
      expect(await store.session('part').getItems()).toEqual(entries.slice(0, end).map((entry) => entry.item))
    }
  }
})

it('is a session whose later items are not older than the copied ones, also where the clock went backwards', async () => {
  const path = temporaryFile()
  const clock = new ManualClock()
  await using store = new SQLiteStore({ path, clock, ttl: 60 })
  await store.session('source').addItems([item('0'), item('1')])
  clock.advance(-30_000)
  const info = await store.forkSession('source', 'fork')
  expect(info.expiresAt?.getTime()).toBe(info.updatedAt.getTime() + 60_000)
  await store.session('fork').addItems([item('2')])
  const database = new Database(path, { readonly: true })
  const byTime = database
    .prepare("SELECT message_data FROM agent_messages WHERE session_id = 'fork' ORDER BY created_at, id")
    .pluck()
    .all() as string[]
  expect(byTime.map((text) => JSON.parse(text).content)).toEqual(['0', '1', '2'])
  database.close()
})

it('takes no items that were left behind without a session', async () => {
  const path = temporaryFile()
  await using store = new SQLiteStore({ path })
  for (const id of ['source', 'orphaned', 'created']) await store.session(id).addItems([item(id)])
  const database = new Database(path)
  database.pragma('foreign_keys = OFF')
  database.exec("DELETE FROM agent_sessions WHERE session_id <> 'source'")
  database.close()
  await store.forkSession('source', 'orphaned')
  expect(await store.session('orphaned').getItems()).toEqual([item('source')])
  await store.records.commit('created', { create: true, append: ['{"n":1}'] })
  expect(await store.records.read('created')).toEqual(['{"n":1}'])
})
