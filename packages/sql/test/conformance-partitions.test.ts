import { describeConformance } from '@sessions/core/conformance/vitest'
import { SQLStore } from '@sessions/sql'
import { leftOut, startPostgres } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { Admin } from './support/admin.ts'
import { storeHarness } from './support/harness.ts'

const server = await startPostgres()
afterAll(() => server.stop())
const url = await server.createDatabase()
const admin = new Admin(url)
await admin.execute(SQLStore.schemaSQL('postgres', { partitions: 4 }))
await admin.close()

/** What does not look at the tables that are divided in another way: `pnpm faults` asks for it too. */
const elsewhere = process.env.SESSIONS_TEST_FAULTS === 'all' ? [] : ['bursts/', 'exclusive/', 'transactions/', 'watch/']

describeConformance(storeHarness('SQLStore (Postgres, partitioned)', [url]), {
  reports: '.conformance',
  timeoutMs: 300_000,
  except: [...leftOut('client'), ...elsewhere],
})
