import { SQLStore } from '@sessions/sql'
import { startPostgres } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { message } from './support/failure.ts'

// Of its own, and nothing but what is asked for: every byte is counted that anybody writes. After a checkpoint a page is written whole.
const server = await startPostgres({ settings: { autovacuum: 'off', checkpoint_timeout: '1d', max_wal_size: '4GB' } })
afterAll(() => server.stop())

const ids = Array.from({ length: 200 }, (_, index) => `user-${(index * 7919) % 100_000}-conversation`)
const item = message('x'.repeat(156))

it('appends with at most 1.4 times the WAL of a bare insert, and changes sessions without writing an index', async () => {
  const url = await server.createDatabase()
  const admin = new Admin(url)
  await using store = new SQLStore({ url, createTables: true })
  await store.ping()
  await admin.execute(
    `CREATE TABLE bare (id BIGSERIAL PRIMARY KEY, session_id VARCHAR NOT NULL, message_data TEXT NOT NULL,
       created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);
     CREATE INDEX bare_order ON bare (session_id, created_at, id)`,
  )
  const record = JSON.stringify(item)
  const works = {
    bare: (id: string) => admin.execute(`INSERT INTO bare (session_id, message_data) VALUES ('${id}', '${record}')`),
    ours: (id: string) => store.session(id).addItems([item]),
  }
  const now = async (): Promise<{ wal: number; minute: string }> => {
    const [row] = await admin.select<{ wal: string; minute: string }>(
      `SELECT pg_current_wal_insert_lsn() - '0/0' AS wal, date_trunc('minute', clock_timestamp())::text AS minute`,
    )
    return { wal: Number(row?.wal), minute: row?.minute ?? '' }
  }
  /** Bytes of one round, each in a transaction of its own. */
  const bytesOf = async (work: (id: string) => Promise<unknown>): Promise<number> => {
    const before = await now()
    for (const id of ids) await work(id)
    return (await now()).wal - before.wal
  }
  const changes = async (): Promise<{ all: number; hot: number }> => {
    const [row] = await admin.select<{ all: string; hot: string }>(
      `SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = 'agent_sessions'`,
    )
    return { all: Number(row?.all), hot: Number(row?.hot) }
  }

  const sums = { bare: 0, ours: 0 }
  let minute = ''
  // The first change within a minute is one of the index too: rounds in which one begins say nothing of the others.
  for (let counted = 0; counted < 6; ) {
    const before = await now()
    const bytes = { bare: await bytesOf(works.bare), ours: await bytesOf(works.ours) }
    const isOne = before.minute === minute && (await now()).minute === minute
    minute = before.minute
    if (!isOne) continue
    counted++
    sums.bare += bytes.bare
    sums.ours += bytes.ours
  }
  expect(sums.ours / sums.bare).toBeLessThan(1.4)

  // Connections tell of what they have done when they end.
  await store.close()
  await expect.poll(async () => (await changes()).all).toBeGreaterThanOrEqual(6 * ids.length)
  const { all, hot } = await changes()
  expect(hot / all).toBeGreaterThan(0.7)
  await admin.close()
})
