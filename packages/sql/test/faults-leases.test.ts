import { setTimeout as sleep } from 'node:timers/promises'
import { SQLStore } from '@sessions/sql'
import { rounds, startMariaDB, startMySQL, startPostgres } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { Child } from './support/child.ts'

const [postgres, mariadb, mysql] = [await startPostgres(), await startMariaDB(), await startMySQL()]
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))
const servers = [
  { name: 'Postgres', database: () => postgres.createDatabase() },
  { name: 'MariaDB', database: () => mariadb.createDatabase() },
  ...(mysql ? [{ name: 'MySQL', database: () => mysql.createDatabase() }] : []),
]
const leaseMs = 400
/** By so many milliseconds the clocks of the processes differ. */
const minute = 60_000
const stops = rounds(200, 2)
const waiters = rounds(50, 2)
const processes = rounds(8, 3)

describe.each(servers)('a session that is held, on $name', ({ database }) => {
  it(`by ${processes} processes in turn, each with many who wait, loses no update of a counter, though each has another time`, async () => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true })
    const session = store.session<{ count: number }>('counter')
    await session.getItems()
    const children = Array.from(
      { length: processes },
      (_, index) => new Child('count.ts', [url, String(waiters), String(index * minute)]),
    )
    await Promise.all(children.map((child) => child.next()))
    for (const child of children) child.tell('go')
    await Promise.all(children.map((child) => child.next()))
    const counts = (await session.getItems()).map(({ count }) => count)
    expect(counts).toEqual(Array.from({ length: processes * waiters }, (_, index) => index + 1))
    expect(await store.leaseOf('counter')).toBeUndefined()
  })

  it('by a process that was stopped past its lease, wherever it was, is not written by it again', async () => {
    const url = await database()
    await using store = new SQLStore({ url, createTables: true })
    const session = store.session<{ round: string }>('held')
    await session.getItems()
    const holder = new Child('hold-until-lost.ts', [url, String(leaseMs), String(-minute)])
    expect(await holder.next()).toBe('ready')
    let [longestMs, refused] = [0, 0]
    for (let round = 0; round < stops; round++) {
      holder.tell(`${round}`)
      expect(await holder.next()).toBe('held')
      await sleep(Math.random() * 40)
      holder.signal('SIGSTOP')
      const began = performance.now()
      await using taken = await session.acquire({ waitMs: 60_000 })
      longestMs = Math.max(longestMs, performance.now() - began)
      await taken.session.addItems([{ round: 'taken' }])
      holder.signal('SIGCONT')
      const { written, code, aborted } = await holder.next<{ written: number; code: string; aborted: boolean }>()
      expect([code, aborted]).toEqual(['SESSION_LEASE_LOST', true])
      // What was under way when it was stopped may be there without its having heard of it, but nothing after the one who took it over.
      const items = await session.getItems()
      expect(items.at(-1)?.round).toBe('taken')
      const ofRound = items.filter((item) => item.round === `${round}`).length
      expect(ofRound).toBeGreaterThanOrEqual(written)
      expect(ofRound).toBeLessThanOrEqual(written + 1)
      refused++
    }
    console.log(`stopped ${stops}, refused ${refused}, longest wait for the lease ${Math.round(longestMs)} ms`)
  })
})
