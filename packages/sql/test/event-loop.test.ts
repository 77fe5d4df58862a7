import { SQLStore } from '@sessions/sql'
import { longestTurnMs, startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { message } from './support/failure.ts'

const servers = { Postgres: await startPostgres(), MariaDB: await startMariaDB() }
afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop())))

const append = (store: SQLStore, id: string): Promise<void> => store.session(id).addItems([message('one more item')])

it.each(Object.entries(servers))(
  'lets timers run on %s while a thousand sessions append at once',
  async (_, server) => {
    await using store = new SQLStore({ url: await server.createDatabase(), createTables: true })
    const burst = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 1_000 }, (__, id) => append(store, `s${id}`)))
    await burst()
    // 50 ms are promised; this leaves something for a collection of garbage and a slow machine.
    expect(await longestTurnMs(burst)).toBeLessThan(100)
  },
)

it.each(Object.entries(servers))(
  'lets timers run on %s in a thousand appends, one after the other',
  async (_, server) => {
    await using store = new SQLStore({ url: await server.createDatabase(), createTables: true })
    const oneByOne = async (): Promise<void> => {
      for (let count = 0; count < 1_000; count++) await append(store, 'a')
    }
    await append(store, 'a')
    expect(await longestTurnMs(oneByOne)).toBeLessThan(100)
  },
)
