import { RedisStore } from '@sessions/redis'
import { startValkeyCluster } from '@sessions/test-servers'
import { afterAll, it as always, expect } from 'vitest'
import { Keys } from '../src/keys.ts'
import { connectTo } from './support/clients.ts'
import { collect } from './support/collect.ts'
import { openSlot } from './support/moving-slot.ts'

const cluster = await startValkeyCluster()
afterAll(() => cluster?.stop())
const it = cluster === undefined ? always.skip : always
const keys = new Keys('agents:session', true)
const item = (content: string) => ({ role: 'user', content }) as const

it('serves the sessions of a slot that is held open on Valkey as on Redis', async () => {
  if (cluster === undefined) throw new Error('There is no Valkey.')
  const client = await connectTo({ kind: 'cluster', rootNodes: cluster.rootNodes })
  const store = new RedisStore({ client, retries: 1 })
  await store.session('full').addItems([item('1')])
  await store.session('empty').setMetadata({ a: 1 })
  const slots = []
  for (const id of ['full', 'empty', 'new']) slots.push(await openSlot(cluster, keys.of(id).hash))
  for (const id of ['full', 'new']) await store.session(id).addItems([item('2')])
  const appending = store.session('empty').addItems([item('2')])
  await expect(appending).rejects.toMatchObject({ code: 'SESSION_BUSY', retryable: true, ambiguous: false })
  const listed = await collect(store.listSessions())
  expect(listed.map(({ sessionId, itemCount }) => `${sessionId} ${itemCount}`).toSorted()).toEqual([
    'empty 0',
    'full 2',
    'new 1',
  ])
  for (const id of ['full', 'empty', 'new']) expect(await store.deleteSession(id)).toBe(true)
  for (const slot of slots) await slot.finish()
  expect(await collect(store.listSessions())).toEqual([])
  await client.close()
})
