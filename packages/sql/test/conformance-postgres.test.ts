import { describeConformance } from '@sessions/core/conformance/vitest'
import { startPgBouncer, startPostgres } from '@sessions/test-servers'
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
describeConformance(sessionHarness('SQLSession (Postgres)', direct), reports)
// Crashes and long histories are for the server behind it.
describeConformance(storeHarness('SQLStore (PgBouncer)', [pooled.url]), { ...reports, except: ['crash/', 'scale/'] })
describeConformance(await brokenHarness('SQLStore (Postgres, connections that break)', direct), {
  ...reports,
  only: 'faults/',
})
