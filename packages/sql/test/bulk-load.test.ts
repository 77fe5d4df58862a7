import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { message } from './support/failure.ts'

const [postgres, mariadb, mysql] = await Promise.all([startPostgres(), startMariaDB(), startMySQL()])
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))

const rounds = 20

/** A store of so many sessions, all made in one moment, and one that was changed since. */
async function filled(
  url: string,
  count: number,
): Promise<{ store: SQLStore; median(): number; list(): Promise<void> }> {
  const store = new SQLStore({ url, createTables: true })
  await store.ping()
  const admin = new Admin(url)
  const id = admin.isPostgres ? "'s' || n" : "concat('s', n)"
  await admin.execute(
    `INSERT INTO agent_sessions (session_id, created_at, updated_at)
      SELECT ${id}, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM ${admin.numbers(count)}`,
  )
  await admin.execute(admin.isPostgres ? 'ANALYZE agent_sessions' : 'ANALYZE TABLE agent_sessions')
  await admin.close()
  for (const round of [1, 2]) await store.session('changed').addItems([message(`${round}`)])
  const times: number[] = []
  return {
    store,
    list: async () => {
      const startedAt = performance.now()
      const ids: string[] = []
      for await (const { sessionId } of store.listSessions({ limit: 20 }, { count: false })) ids.push(sessionId)
      times.push(performance.now() - startedAt)
      const sorted = Array.from({ length: count }, (_, n) => `s${n}`)
        .sort()
        .reverse()
      expect(ids).toEqual(['changed', ...sorted.slice(0, 19)])
    },
    median: () => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN,
  }
}

it.each([
  { name: 'Postgres', database: () => postgres.createDatabase() },
  { name: 'MariaDB', database: () => mariadb.createDatabase() },
  ...(mysql ? [{ name: 'MySQL', database: () => mysql.createDatabase() }] : []),
])(
  'lists the newest of 100,000 sessions that were made at once about as fast as those of 100, on $name',
  async ({ name, database }) => {
    const url = await database()
    const [many, few] = [await filled(url, 100_000), await filled(await database(), 100)]
    for (let round = 0; round < rounds; round++) for (const store of [many, few]) await store.list()
    expect(many.median()).toBeLessThan(10 * few.median())
    await Promise.all([many.store.close(), few.store.close()])
    if (name === 'Postgres') await assertReadFew(url)
  },
)

/** To look at all of them each time would be two million rows. A connection tells what it has read when it ends. */
async function assertReadFew(url: string): Promise<void> {
  const admin = new Admin(url)
  const read = async (): Promise<number> => {
    const [row] = await admin.select<{ n: unknown }>(
      "SELECT seq_tup_read + idx_tup_fetch AS n FROM pg_stat_user_tables WHERE relname = 'agent_sessions'",
    )
    return Number(row?.n)
  }
  await expect.poll(read).toBeGreaterThanOrEqual(20 * rounds)
  expect(await read()).toBeLessThan(100 * rounds)
  await admin.close()
}
