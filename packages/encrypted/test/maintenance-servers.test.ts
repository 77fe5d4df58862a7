import type { SessionStore } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { EncryptedStore, type KeyEntry } from '@sessions/encrypted'
import { RedisStore } from '@sessions/redis'
import { SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres, startRedis } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { item } from './support/failure.ts'
import { testKey } from './support/keys.ts'

const [postgres, mariadb, redis] = await Promise.all([startPostgres(), startMariaDB(), startRedis({ own: true })])
afterAll(() => Promise.all([postgres, mariadb, redis].map((server) => server.stop())))
const urls = [await postgres.createDatabase(), await mariadb.createDatabase()]

const older: KeyEntry = { id: '2025', key: testKey() }
const newer: KeyEntry = { id: '2026', key: testKey(1) }
const count = 500

it.each<[string, () => SessionStore]>([
  ['Postgres', () => new SQLStore({ url: urls[0] ?? '', createTables: true, ttl: 3_600 })],
  ['MariaDB', () => new SQLStore({ url: urls[1] ?? '', createTables: true, ttl: 3_600 })],
  ['Redis', () => new RedisStore({ url: redis.url, ttl: 3_600 })],
])('rotates and purges on %s beside a writer, and is no use of the session', async (_, create) => {
  await using store = create()
  const clock = new ManualClock()
  const open = (...keys: KeyEntry[]) => new EncryptedStore({ store, keys, ttl: 60, clock })
  const all = Array.from({ length: count }, (_, index) => item(`${index}`))
  for (const id of ['busy', 'idle']) await open(older).session(id).addItems(all)
  const before = await store.getSessionInfo('idle')

  const writer = open(older, newer).session('busy')
  let running = true
  const writing = (async () => {
    const added = []
    for (; running; added.push(item(`later ${added.length}`))) await writer.addItems([item(`later ${added.length}`)])
    return added
  })()
  const rotating = open(newer, older)
  const result = await rotating.rotateKeys()
  running = false
  const added = await writing
  expect(result.sessions).toBe(2)
  expect(result.items).toBeGreaterThanOrEqual(2 * count)
  expect(added.length).toBeGreaterThan(0)
  expect(await writer.getItems()).toEqual([...all, ...added])
  expect(await store.getSessionInfo('idle')).toEqual(before)
  expect(await open(newer).session('idle').getItems()).toEqual(all)

  clock.advance(61_000)
  await open(newer)
    .session('idle')
    .addItems([item('fresh')])
  const written = await store.getSessionInfo('idle')
  expect(await open(newer).purgeItems({ sessionId: 'idle' })).toEqual({ sessions: 1, items: count })
  expect(await store.getSessionInfo('idle')).toEqual(written && { ...written, itemCount: 1 })
  expect(await open(newer).session('idle').getItems()).toEqual([item('fresh')])
})
