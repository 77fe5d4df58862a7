import { SQLStore } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { message } from './support/failure.ts'
import { openSequelize } from './support/sequelize.ts'

const [postgres, mariadb, mysql] = [
  await startPostgres(),
  await startMariaDB({ settings: { innodb_lock_wait_timeout: '20' } }),
  await startMySQL({ settings: { innodb_lock_wait_timeout: '20' } }),
]
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))
const count = 3_000

/** Many old sessions with one item each, made by the server itself. */
async function fill(admin: Admin): Promise<void> {
  const id = admin.isPostgres ? "'old' || n" : "concat('old', n)"
  const at = admin.isPostgres
    ? "timestamp '2020-01-01' + n * interval '1 second'"
    : "TIMESTAMP('2020-01-01') + INTERVAL n SECOND"
  await admin.execute(
    `INSERT INTO agent_sessions (session_id, created_at, updated_at) SELECT ${id}, ${at}, ${at} FROM ${admin.numbers(count)}`,
  )
  await admin.execute(
    `INSERT INTO agent_messages (session_id, message_data, created_at)
     SELECT session_id, '{"role":"user","content":"old"}', updated_at FROM agent_sessions`,
  )
}

type Server = readonly [string, () => Promise<string>]
const others: readonly Server[] = [
  ['mariadb', () => mariadb.createDatabase()],
  ['mysql2', async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:')],
  ...(mysql ? [['MySQL', () => mysql.createDatabase()] as const] : []),
]

// Postgres looks at the values of a list together.
it.each(others)(
  'looks at each item of a long session a few times, not once for each session that would have fitted beside it, through %s',
  async (_, database) => {
    const url = await database()
    const admin = new Admin(url)
    await using store = new SQLStore({ url, createTables: true })
    await store.session('long').addItems(Array.from({ length: count }, () => message('one of many')))
    const before = await admin.countRowsRead()
    expect(await store.deleteSessions({ prefix: 'long' })).toBe(1)
    expect((await admin.countRowsRead()) - before).toBeLessThan(10 * count)
    await admin.close()
  },
)

const servers: readonly Server[] = [['pg', () => postgres.createDatabase()], ...others]
describe.each(servers)('retention, through %s', (_, database) => {
  it('deletes thousands of old sessions and none that is written meanwhile', async () => {
    const url = await database()
    const admin = new Admin(url)
    await using store = new SQLStore({ url, createTables: true })
    await using writer = new SQLStore({ url, busyTimeoutMs: 20_000 })
    await store.session('young').addItems([message('young')])
    await fill(admin)
    let isOver = false
    let longestMs = 0
    const written = new Set<string>()
    const write = async (): Promise<void> => {
      for (let index = 0; !isOver; index = (index + 37) % count) {
        const startedAt = performance.now()
        // Each second one is a session that is not to go, which nothing may keep waiting.
        const sessionId = written.size % 2 === 0 ? `old${index}` : `other${index}`
        await writer.session(sessionId).addItems([message('new')])
        longestMs = Math.max(longestMs, performance.now() - startedAt)
        written.add(sessionId)
      }
    }
    const writing = write()
    const deleted = await store.deleteSessions({ updatedBefore: new Date('2021-01-01') })
    isOver = true
    await writing

    expect(written.size).toBeGreaterThan(10)
    const left = new Map<string, number>()
    for await (const { sessionId, itemCount } of store.listSessions()) left.set(sessionId, itemCount)
    expect(new Set(left.keys())).toEqual(new Set(['young', ...written]))
    // What was written before it was deleted keeps its old item; what was written after began anew.
    const kept = [...left].filter(([sessionId, items]) => sessionId.startsWith('old') && items > 1)
    expect(deleted).toBe(count - kept.length)
    expect(longestMs).toBeLessThan(5_000)
    const orphans = await admin.select(
      'SELECT id FROM agent_messages WHERE session_id NOT IN (SELECT session_id FROM agent_sessions)',
    )
    expect(orphans).toEqual([])
    await admin.close()
  })

  it('skips nothing else where one session is kept by someone: those of other batches are gone', async () => {
    const url = await database()
    const sequelize = openSequelize(url.replace('mariadb:', 'mysql:'))
    const admin = new Admin(url)
    await using store = new SQLStore({ url, createTables: true })
    await store.session('young').getItems()
    await fill(admin)
    const transaction = await sequelize.transaction()
    // Among the oldest, which come last: newest `updatedAt` first.
    await sequelize.query("UPDATE agent_sessions SET updated_at = '2024-01-01' WHERE session_id = 'old5'", {
      transaction,
    })
    const deleting = store.deleteSessions({ updatedBefore: new Date('2021-01-01') })
    await expect.poll(() => admin.countWaiting()).toBe(1)
    // While it waits, it holds no more than its batch: everybody else writes, and what was deleted is gone already.
    const rows = await admin.select<{ session_id: string }>('SELECT session_id FROM agent_sessions')
    expect(rows.length).toBeLessThanOrEqual(50)
    await store.session('young').addItems([message('young')])
    await store.session('old2999').addItems([message('again')])
    await transaction.commit()
    expect(await deleting).toBe(count - 1)
    const left = []
    for await (const { sessionId } of store.listSessions()) left.push(sessionId)
    expect(left.toSorted()).toEqual(['old2999', 'old5', 'young'])
    await Promise.all([admin.close(), sequelize.close()])
  })
})
