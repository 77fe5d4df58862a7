import { describeConformance } from '@sessions/core/conformance/vitest'
import { startRedis, startRedisCluster } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import type { Place } from './support/clients.ts'
import { storeHarness } from './support/harness.ts'

const [server, cluster] = await Promise.all([startRedis(), startRedisCluster()])
afterAll(() => Promise.all([server.stop(), cluster.stop()]))
const places: Record<string, Place> = {
  'times, notify': { kind: 'single', url: server.url },
  'cluster, times, notify': { kind: 'cluster', rootNodes: [...cluster.rootNodes] },
}

// What the options change: how records are appended and removed, and who is told of it.
for (const [name, place] of Object.entries(places)) {
  for (const only of ['append/', 'clear/', 'entries/', 'fork/', 'maintain/', 'watch/']) {
    describeConformance(await storeHarness(`${name}, ${only}`, place, { times: true, notify: true }), { only })
  }
}
