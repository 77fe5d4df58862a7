import { SQLSession } from '@sessions/sql'
import { startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { message } from './support/failure.ts'

const [postgres, mariadb, mysql] = await Promise.all([startPostgres(), startMariaDB(), startMySQL()])
const servers = [
  { name: 'pg', database: () => postgres.createDatabase() },
  { name: 'mariadb', database: () => mariadb.createDatabase() },
  { name: 'mysql2', database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:') },
  ...(mysql ? [{ name: 'MySQL', database: () => mysql.createDatabase() }] : []),
]
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))

describe.each(servers)('with $name, beside stores that append without a pause', ({ database }) => {
  it('pops and mutates in time: after a few attempts under the lock of the session', async () => {
    const url = await database()
    const session = new SQLSession({ sessionId: 'a', url, createTables: true })
    const call = {
      type: 'function_call' as const,
      callId: 'c',
      name: 'n',
      status: 'completed' as const,
      arguments: '{}',
    }
    await session.addItems([message('first'), call])
    let [isOver, appended] = [false, 2]
    // Each a store of its own, as another process has it: nothing in memory tells one of the other.
    const writers = Array.from({ length: 3 }, () => new SQLSession({ sessionId: 'a', url }))
    const writing = writers.map(async (writer) => {
      for (; !isOver; appended++) await writer.addItems([message('more')])
    })
    try {
      await expect.poll(() => appended).toBeGreaterThan(10)
      for (let pops = 0; pops < 3; pops++) expect(await session.popItem()).toBeDefined()
      const replacement = { ...call, arguments: '{"seen":true}' }
      await session.applyHistoryMutations({ mutations: [{ type: 'replace_function_call', callId: 'c', replacement }] })
    } finally {
      isOver = true
      await Promise.all(writing)
    }
    const items = await session.getItems()
    expect(items.length).toBe(appended - 3)
    expect(items[1]).toMatchObject({ arguments: '{"seen":true}' })
    await Promise.all([session, ...writers].map((each) => each.close()))
  })
})
