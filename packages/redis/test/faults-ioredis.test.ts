import { describeConformance } from '@sessions/core/conformance/vitest'
import { rounds, startRedis, startRedisCluster, startRedisSentinel } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { storeHarness } from './support/harness.ts'
import { figuresOfRestarts, record } from './support/writers.ts'

const kills = rounds(10, 2)

it('loses and doubles nothing through ioredis when the server is killed and started', async () => {
  await using server = await startRedis({ own: true, settings: { appendonly: 'yes', appendfsync: 'always' } })
  const figures = await figuresOfRestarts(server, { kind: 'ioredis', url: server.url }, kills)
  record(`ioredis: SIGKILL and restart ${kills} times, appendfsync always`, figures)
  expect(figures).toMatchObject({ duplicated: 0, lost: 0, denied: 0 })
})

/** The kit on Cluster and Sentinel takes minutes, and what differs there is tried with ioredis 5 and 6 in `versions.test.ts` too. */
describe.runIf(rounds(1, 0) === 1)('in pnpm faults', async () => {
  if (rounds(1, 0) === 0) return
  const [cluster, sentinel] = await Promise.all([startRedisCluster(), startRedisSentinel()])
  afterAll(async () => void (await Promise.all([cluster.stop(), sentinel.stop()])))
  const { name, sentinels } = sentinel
  const places = {
    'ioredis cluster': { kind: 'ioredis cluster', rootNodes: [...cluster.rootNodes], keyPrefix: 'app:' },
    'ioredis sentinel': { kind: 'ioredis sentinel', name, sentinels: [...sentinels] },
  } as const
  for (const [kind, place] of Object.entries(places))
    describeConformance(await storeHarness(kind, place), { reports: '.conformance', timeoutMs: 300_000 })
})
