import { describeConformance } from '@sessions/core/conformance/vitest'
import { leftOut, startRedis, startRedisCluster } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { storeHarness } from './support/harness.ts'

const [server, cluster] = await Promise.all([startRedis(), startRedisCluster()])
afterAll(() => Promise.all([server.stop(), cluster.stop()]))
const options = { index: true }
const timeoutMs = 300_000

describeConformance(await storeHarness('index', { kind: 'single', url: server.url }, options), {
  timeoutMs,
  except: leftOut('client').filter((name) => !/^(?:list|delete)\//.test(name)),
})

// On a cluster the index is beside the sessions, and what it says may be behind them.
const onCluster = await storeHarness('cluster, index', { kind: 'cluster', rootNodes: [...cluster.rootNodes] }, options)
for (const only of ['list/', 'delete/', 'ttl/', 'clear/', 'operations/']) {
  describeConformance({ ...onCluster, name: `${onCluster.name}, ${only}` }, { timeoutMs, only })
}
