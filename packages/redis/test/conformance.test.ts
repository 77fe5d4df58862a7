import { CaseSkipped } from '@sessions/core/conformance'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { RedisSession, RedisStore } from '@sessions/redis'
import { leftOut, startProxy, startRedis, startRedisCluster, startRedisSentinel } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import type { Place } from './support/clients.ts'
import { capabilities, storeHarness } from './support/harness.ts'
import { SteadyPlace } from './support/primaries.ts'

const [server, cluster, sentinel] = await Promise.all([startRedis(), startRedisCluster(), startRedisSentinel()])
const { url } = server
const places: Record<string, Place> = {
  'single, RESP2': { kind: 'single', url, resp: 2 },
  'single, RESP3': { kind: 'single', url, resp: 3 },
  'single, buffers': { kind: 'single', url, buffers: true },
  pool: { kind: 'pool', url },
  cluster: { kind: 'cluster', rootNodes: [...cluster.rootNodes] },
  sentinel: { kind: 'sentinel', name: sentinel.name, sentinels: [...sentinel.sentinels] },
}
const reports = '.conformance'
const timeoutMs = 300_000

const kinds: Record<string, 'server' | 'client'> = { cluster: 'server' }
for (const [name, place] of Object.entries(places)) {
  const except = name === 'single, RESP3' ? [] : leftOut(kinds[name] ?? 'client')
  describeConformance(await storeHarness(name, place), { reports, timeoutMs, except })
}

const steady = new SteadyPlace({ kind: 'single', url })

describeConformance(
  {
    name: 'RedisSession',
    openSession: async (sessionId) => new RedisSession({ sessionId, url, keyPrefix: 'kit:session' }),
    reset: () => steady.clear('kit:session'),
    capabilities: { durable: true, transactions: true },
  },
  { reports, timeoutMs, except: leftOut('client') },
)

const proxy = await startProxy({ host: '127.0.0.1', port: Number(new URL(url).port) })
const isScript = (bytes: Buffer): boolean => /EVAL(SHA)?/.test(bytes.toString())
/** Of two members at least, each with an item. */
const isGroup = (bytes: Buffer): boolean => isScript(bytes) && bytes.toString().split('"user"').length > 3
/** Each cut must have come before the next case: one that nothing set off has tested nothing. */
let cut = Promise.resolve()

for (const [name, only] of [
  ['connections that break', 'faults/'],
  ['groups that break', 'bursts/fault'],
] as const) {
  describeConformance(
    {
      name: `RedisStore (${name})`,
      open: async () => new RedisStore({ url: proxy.url(url), keyPrefix: 'kit:broken' }),
      reset: async () => {
        await cut
        await steady.clear('kit:broken')
      },
      failNextCommit: (fault) => {
        if (fault === 'middle') throw new CaseSkipped('a commit is one script')
        const isFault = only === 'faults/' ? isScript : isGroup
        cut = fault === 'before' ? proxy.cutRequest(isFault) : proxy.cutAnswer(isFault)
      },
      capabilities: { ...capabilities, multiProcess: false, ttl: false },
    },
    { reports, timeoutMs, only },
  )
}

afterAll(async () => {
  await cut
  await Promise.all([proxy.stop(), steady.close()])
  await Promise.all([server.stop(), cluster.stop(), sentinel.stop()])
})
