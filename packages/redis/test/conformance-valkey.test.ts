import { describeConformance } from '@sessions/core/conformance/vitest'
import { leftOut, startValkey, startValkeyCluster } from '@sessions/test-servers'
import { afterAll, it } from 'vitest'
import { storeHarness } from './support/harness.ts'

const [server, cluster] = await Promise.all([startValkey(), startValkeyCluster()])
afterAll(() => Promise.all([server?.stop(), cluster?.stop()]))
const reports = { reports: '.conformance', timeoutMs: 300_000 }

if (server === undefined) it.skip('goes without Valkey', () => {})
else
  describeConformance(await storeHarness('Valkey', { kind: 'single', url: server.url }), {
    ...reports,
    except: leftOut('server'),
  })

if (cluster === undefined) it.skip('goes without a cluster of Valkey', () => {})
else {
  const place = { kind: 'cluster', rootNodes: [...cluster.rootNodes] } as const
  describeConformance(await storeHarness('Valkey cluster', place), { ...reports, except: leftOut('client') })
  const indexed = await storeHarness('Valkey cluster, index', place, { index: true })
  describeConformance(indexed, { timeoutMs: 300_000, only: 'list/', except: leftOut('client') })
}
