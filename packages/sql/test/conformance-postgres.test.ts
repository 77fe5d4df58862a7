import { describeConformance } from '@sessions/core/conformance/vitest'
import { leftOut, startPgBouncer, startPostgres } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { brokenHarness, sessionHarness, storeHarness } from './support/harness.ts'

const postgres = await startPostgres()
const direct = await postgres.createDatabase()
const pooled = await startPgBouncer(await postgres.createDatabase())
afterAll(async () => {
  await pooled.stop()
  await postgres.stop()
})
const reports = { reports: '.conformance', timeoutMs: 300_000 }

describeConformance(storeHarness('SQLStore (Postgres)', [direct]), reports)
describeConformance(sessionHarness('SQLSession (Postgres)', direct), { ...reports, except: leftOut('client') })
describeConformance(storeHarness('SQLStore (PgBouncer)', [pooled.url]), { ...reports, except: leftOut('client') })
describeConformance(await brokenHarness('SQLStore (Postgres, connections that break)', direct), {
  ...reports,
  only: 'faults/',
})
describeConformance(await brokenHarness('SQLStore (Postgres, groups that break)', direct), {
  ...reports,
  only: 'bursts/fault',
})
