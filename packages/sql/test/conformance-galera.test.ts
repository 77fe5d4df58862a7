import { describeConformance } from '@sessions/core/conformance/vitest'
import { leftOut, startGalera } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { storeHarness } from './support/harness.ts'

const cluster = await startGalera()
afterAll(() => cluster.stop())
const [first = '', ...others] = await cluster.createDatabase()

describeConformance(storeHarness('SQLStore (Galera, three nodes)', [first, ...others]), {
  reports: '.conformance',
  timeoutMs: 300_000,
  except: leftOut('server'),
})
