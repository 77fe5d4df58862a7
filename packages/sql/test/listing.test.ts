import { SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'

const [postgres, mariadb] = [await startPostgres(), await startMariaDB()]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))

describe.each([
  ['postgres', () => postgres.createDatabase()],
  ['mariadb', () => mariadb.createDatabase()],
])('a listing on %s', (name, database) => {
  it('gives sessions of many and of few by their metadata, page after page, in one order', async () => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true })
    await store.session('first').setMetadata({ team: 'a', user: 'ada' })
    const admin = new Admin(url)
    const numbers =
      name === 'postgres' ? 'generate_series(1, 3000) AS n' : '(SELECT seq AS n FROM seq_1_to_3000) AS numbers'
    const id = name === 'postgres' ? "'s' || n" : "concat('s', n)"
    const metadata = `'{"team":"a"}'`
    const copied = `SELECT digest, ${id} FROM agent_sessions_metadata CROSS JOIN ${numbers} WHERE digest IN (
      SELECT digest FROM (SELECT min(digest) AS digest FROM agent_sessions_metadata) AS one)`
    await admin.execute(
      `INSERT INTO agent_sessions (session_id, created_at, updated_at, metadata)
        SELECT ${id}, updated_at, updated_at, ${metadata} FROM agent_sessions CROSS JOIN ${numbers}`,
    )
    await admin.execute(`INSERT INTO agent_sessions_metadata (digest, session_id) ${copied}`)
    const [shared] = await admin.select<{ digest: string; n: number | string }>(
      'SELECT digest, count(*) AS n FROM agent_sessions_metadata GROUP BY digest ORDER BY n DESC LIMIT 1',
    )
    expect(Number(shared?.n)).toBe(3_001)
    const found = new Map<string, number>()
    for (const filter of [{ team: 'a' }, { user: 'ada' }]) {
      const ids: string[] = []
      for await (const { sessionId } of store.listSessions({ metadata: filter })) ids.push(sessionId)
      // All have one time: by their bytes, descending.
      expect(ids).toEqual(ids.toSorted().toReversed())
      expect(new Set(ids).size).toBe(ids.length)
      found.set(Object.keys(filter).join(), ids.length)
    }
    // Which of the two values the server put first is a matter of their digests.
    expect([...found.values()].toSorted((a, b) => a - b)).toEqual([1, 3_001])
    await admin.close()
  })
})
