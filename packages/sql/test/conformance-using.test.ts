import { conformanceCases, type StoreHarness } from '@sessions/core/conformance'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { SQLStore } from '@sessions/sql'
import { startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { kinds, type UserDatabase, type UserTransaction } from './support/transactions.ts'

const [postgres, mysql] = await Promise.all([startPostgres(), startMySQL()])
const databases: Record<string, UserDatabase> = {
  pg: kinds.pg(await postgres.createDatabase()),
  ...(mysql !== undefined && { mysql2: kinds.mysql2(await mysql.createDatabase()) }),
}
afterAll(async () => {
  await Promise.all(Object.values(databases).map((database) => database.end()))
  await Promise.all([postgres.stop(), mysql?.stop()])
})

/** What one transaction changes about a call. The whole kit is for `pnpm faults`. */
const ofTransactions = ['append/', 'pop/', 'mutations/']
const isLong = process.env.SESSIONS_TEST_FAULTS === 'all'

/** Every case in a transaction that is never committed: no leases, and nobody else who could see it. */
function exceptIn(harness: StoreHarness): readonly string[] {
  if (isLong) return ['scale/', 'exclusive/']
  const families = new Set(conformanceCases(harness).map(({ id }) => id.replace(/\/.*/, '/')))
  return [...families].filter((family) => !ofTransactions.includes(family))
}

for (const [name, database] of Object.entries(databases)) {
  const outer = new SQLStore({ ...database.options, createTables: true })
  await outer.ping()
  let transaction: UserTransaction | undefined
  const begin = async (): Promise<UserTransaction> => {
    transaction ??= await database.begin()
    return transaction
  }
  afterAll(async () => {
    await transaction?.rollback()
    await outer.close()
  })
  const harness: StoreHarness = {
    name: `SQLStore (using a transaction of ${name})`,
    open: async () => outer.using((await begin()).client),
    reset: async () => {
      await transaction?.rollback()
      transaction = undefined
    },
    capabilities: { durable: false, shared: true, multiProcess: false, ttl: false, list: true, transactions: true },
  }
  describeConformance(harness, { reports: '.conformance', timeoutMs: 300_000, except: exceptIn(harness) })
}
