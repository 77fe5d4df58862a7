import { describeConformance } from '@sessions/core/conformance/vitest'
import { RedisSession, RedisStore } from '@sessions/redis'
import { startRedis, startRedisCluster, startRedisSentinel } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { connectTo, type Place } from './support/clients.ts'
import { age, clear } from './support/primaries.ts'

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
const capabilities = { durable: true, multiProcess: true, ttl: true, list: true, transactions: true }

for (const [name, place] of Object.entries(places)) {
  const keyPrefix = `kit:${name}`
  const client = await connectTo(place)
  afterAll(async () => void (await client.close()))
  describeConformance(
    {
      name: `RedisStore (${name})`,
      open: async () => new RedisStore({ client, keyPrefix, ttl: 3_600 }),
      reset: () => clear(place, keyPrefix),
      advance: (ms) => age(place, keyPrefix, ms),
      worker: {
        module: new URL('./open.ts', import.meta.url).href,
        export: 'openStore',
        options: { place, keyPrefix },
      },
      capabilities,
    },
    { reports },
  )
}

describeConformance(
  {
    name: 'RedisSession',
    openSession: async (sessionId) => new RedisSession({ sessionId, url, keyPrefix: 'kit:session' }),
    reset: () => clear({ kind: 'single', url }, 'kit:session'),
    capabilities: { durable: true, transactions: true },
  },
  { reports },
)

afterAll(async () => {
  await Promise.all([server.stop(), cluster.stop(), sentinel.stop()])
})
