import { setTimeout as delay } from 'node:timers/promises'
import { startPostgres } from '@sessions/test-servers'
import pg from 'pg'
import { afterAll, expect, it } from 'vitest'
import { NoConnection } from '../src/errors.ts'
import { leastConnectMs, Pool } from '../src/pool.ts'
import { pgPool } from '../src/pools/pg.ts'

const postgres = await startPostgres()
afterAll(() => postgres.stop())

it('waits with no patience for a connection that is made, and not for those that others have', async () => {
  const connections = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 2 })
  const driver = pgPool(connections)
  const getConnection: typeof driver.getConnection = async (options) => {
    // As a busy server does.
    if (connections.totalCount === 0) await delay(leastConnectMs / 2)
    return driver.getConnection(options)
  }
  const pool = new Pool({ ...driver, getConnection }, { size: 2 })
  const first = await pool.acquire('primary', 0)
  const second = await pool.acquire('primary', 0)
  const startedAt = performance.now()
  await expect(pool.acquire('primary', 0)).rejects.toThrow(NoConnection)
  expect(performance.now() - startedAt).toBeLessThan(leastConnectMs)
  pool.release(first)
  // Whoever gave up gives it back, too.
  const third = await pool.acquire('primary', performance.now() + 60_000)
  pool.destroy(second)
  pool.release(third)
  await connections.end()
})
