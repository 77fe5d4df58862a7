import { describeConformance } from '@sessions/core/conformance/vitest'
import { leftOut, startRedis } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { storeHarness } from './support/harness.ts'

const server = await startRedis()
afterAll(() => server.stop())

/**
 * Other processes write through it in the fault tests; what a command costs is as with node-redis. Cluster and Sentinel: see
 * `faults-ioredis.test.ts`.
 */
const { worker: _, ...harness } = await storeHarness('ioredis', {
  kind: 'ioredis',
  url: server.url,
  keyPrefix: 'app*:',
})
const capabilities = { ...harness.capabilities, multiProcess: false }
describeConformance({ ...harness, capabilities }, { reports: '.conformance', except: leftOut('client') })
