import { PGlite } from '@electric-sql/pglite'
import { conformanceCases, type StoreHarness } from '@sessions/core/conformance'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { SQLStore, type SQLStoreOptions } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { createPool as createMariaDBPool } from 'mariadb'
import { createPool as createMySQLPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { afterAll } from 'vitest'
import { storeHarness } from './support/harness.ts'
import { createNeonPool } from './support/neon.ts'

const [postgres, mariadb, mysql] = await Promise.all([startPostgres(), startMariaDB(), startMySQL()])
const urls = {
  pg: await postgres.createDatabase(),
  mariadb: await mariadb.createDatabase(),
  mysql2: await (mysql ?? mariadb).createDatabase(),
  neon: await postgres.createDatabase(),
}
const pools = {
  pg: new Pool({ connectionString: urls.pg }),
  mariadb: createMariaDBPool(urls.mariadb),
  mysql2: createMySQLPool(urls.mysql2.replace('mariadb:', 'mysql:')),
}
const neon = await createNeonPool(urls.neon)
afterAll(async () => {
  await Promise.all([...Object.values(pools), neon].map((pool) => pool.end()))
  await Promise.all([postgres.stop(), mariadb.stop(), mysql?.stop()])
})

/**
 * What lies between a pool and the statements, which are those of the same drivers behind a url: how values travel, which connection is
 * whose, what is said of it. All the rest is for `pnpm faults`.
 */
const ofPools = ['values/', 'pop/', 'lifecycle/']
const isLong = process.env.SESSIONS_TEST_FAULTS === 'all'

function exceptIn(harness: StoreHarness): readonly string[] {
  if (isLong) return ['scale/']
  const families = new Set(conformanceCases(harness).map(({ id }) => id.replace(/\/.*/, '/')))
  return ['values/16-mib', ...[...families].filter((family) => !ofPools.includes(family))]
}

/** No other processes: a pool cannot be handed to them. */
function describePool(name: string, { worker: _, ...given }: StoreHarness, options: SQLStoreOptions): void {
  const harness = {
    ...given,
    name: `SQLStore (pool of ${name})`,
    open: async () => new SQLStore({ ...options, createTables: true, ...(given.advance && { ttl: 3_600 }) }),
    capabilities: { ...given.capabilities, multiProcess: false },
  }
  describeConformance(harness, { reports: '.conformance', timeoutMs: 300_000, except: exceptIn(harness) })
}

describePool('pg', storeHarness('', [urls.pg]), { pool: pools.pg })
describePool('mariadb', storeHarness('', [urls.mariadb]), { pool: pools.mariadb })
describePool('mysql2', storeHarness('', [urls.mysql2]), { pool: pools.mysql2 })
describePool('@neondatabase/serverless', storeHarness('', [urls.neon]), { pool: neon.pool })

const pglite = new PGlite()
const { worker: _, advance: __, ...plain } = storeHarness('', [urls.pg])
const tables =
  'agent_sessions, agent_messages, agent_sessions_operations, agent_sessions_metadata, agent_sessions_leases'
describePool(
  'PGlite',
  {
    ...plain,
    reset: async () => {
      const { rows } = await pglite.query("SELECT 1 FROM pg_tables WHERE tablename = 'agent_sessions'")
      if (rows.length > 0) await pglite.exec(`TRUNCATE ${tables} CASCADE`)
    },
    capabilities: { ...plain.capabilities, ttl: false },
  },
  { pool: pglite },
)
