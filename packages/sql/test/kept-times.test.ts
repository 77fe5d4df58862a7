import { SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'

const [postgres, mariadb] = [await startPostgres(), await startMariaDB()]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))

const [first, second, future] = [1_600_000_000_000, 1_600_000_005_000, 9_000_000_000_000]
const times = (...ms: (number | undefined)[]): (Date | undefined)[] =>
  ms.map((each) => (each === undefined ? each : new Date(each)))

it.each([
  { name: 'Postgres', database: () => postgres.createDatabase() },
  { name: 'MariaDB', database: () => mariadb.createDatabase() },
])('keeps the times of kept records without ever going back, on $name', async ({ database }) => {
  await using store = new SQLStore({ url: await database(), createTables: true })
  const { records } = store
  const read = async (): Promise<{ texts: string[]; at: number[] }> => {
    const { entries } = await records.entries('s', { limit: 100 })
    return { texts: entries.map(({ record }) => record), at: entries.map(({ createdAt }) => Number(createdAt)) }
  }
  // A summary in front of two that are kept, and one that is said to be of tomorrow.
  const begun = Date.now() - 60_000
  await records.commit('s', {
    create: true,
    append: ['"summary"', '"a"', '"b"', '"late"'],
    appendTimes: times(undefined, first, second, future),
  })
  const one = await read()
  expect(one.texts).toEqual(['"summary"', '"a"', '"b"', '"late"'])
  expect(one.at.slice(0, 3)).toEqual([first, first, second])
  expect(one.at[3]).toBeGreaterThan(begun)
  expect(one.at[3]).toBeLessThan(Date.now() + 60_000)
  // Behind one that is newer, an old time would put it before that.
  await records.commit('s', { append: ['"c"', '"d"'], appendTimes: times(first, undefined) })
  const two = await read()
  expect(two.texts).toEqual(['"summary"', '"a"', '"b"', '"late"', '"c"', '"d"'])
  expect(two.at.slice(0, 4)).toEqual(one.at)
  expect(two.at[4]).toBe(one.at[3])
  expect(two.at[5]).toBeGreaterThan(two.at[4] ?? 0)
  await records.commit('s', { append: ['"e"'] })
  expect((await read()).texts).toEqual([...two.texts, '"e"'])
})
