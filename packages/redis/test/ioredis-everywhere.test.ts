import { describeConformance } from '@sessions/core/conformance/vitest'
import { startRedisCluster, startRedisSentinel } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { storeHarness } from './support/harness.ts'

const [cluster, sentinel] = await Promise.all([startRedisCluster(), startRedisSentinel()])
afterAll(async () => void (await Promise.all([cluster.stop(), sentinel.stop()])))
for (const [name, place] of Object.entries({
  'ioredis cluster': { kind: 'ioredis cluster', rootNodes: [...cluster.rootNodes], keyPrefix: 'app:' },
  'ioredis sentinel': { kind: 'ioredis sentinel', name: sentinel.name, sentinels: [...sentinel.sentinels] },
} as const))
  describeConformance(await storeHarness(name, place), { reports: '.conformance', timeoutMs: 300_000 })
