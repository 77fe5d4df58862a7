import { RedisStore } from '@sessions/redis'
import { rounds, startRedis } from '@sessions/test-servers'
import { createClient } from 'redis'
import { afterAll, expect, it } from 'vitest'

const server = await startRedis({ own: true })
afterAll(() => server.stop())

const count = rounds(1_100_000, 20_000)

it(`restores, forks and replaces a session of ${count} records in one step each, on a server that knows no script`, async () => {
  await using store = new RedisStore({ url: server.url, timeoutMs: 600_000 })
  const client = await createClient({ url: server.url })
    .on('error', () => {})
    .connect()
  await client.scriptFlush()
  await client.configResetStat()
  const records = Array.from({ length: count }, (_, index) => JSON.stringify({ role: 'user', content: `${index}` }))
  const now = new Date()
  const session = { createdAt: now, updatedAt: now, records, times: records.map(() => now), operations: [] }
  expect(await store.moves.restore([{ sessionId: 'long', ...session }])).toEqual(['restored'])
  expect((await store.forkSession('long', 'fork')).itemCount).toBe(count)
  const result = await store.records.commit('fork', { clear: true, append: records.toReversed() })
  expect(result.status).toBe('applied')
  expect(await store.records.read('fork', 1)).toEqual([records[0]])
  expect(await store.records.read('long', 1)).toEqual([records.at(-1)])
  // Each went there once: the server was not asked first whether it knows the script.
  const bytes = 2 * records.reduce((sum, record) => sum + record.length + 7, 0)
  const received = Number(/total_net_input_bytes:(\d+)/.exec(await client.info('stats'))?.[1])
  expect(received).toBeGreaterThan(bytes)
  expect(received).toBeLessThan(1.25 * bytes)
  await client.close()
})
