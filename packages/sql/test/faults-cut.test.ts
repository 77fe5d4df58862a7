import { SessionError } from '@sessions/core'
import { SQLStore, type SQLStoreOptions } from '@sessions/sql'
import { rounds, startMariaDB, startMySQL, startPostgres, startProxy, type TcpProxy } from '@sessions/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { report, tally, unharmed } from './support/figures.ts'

const postgres = await startPostgres()
const mariadb = await startMariaDB()
const mysql = await startMySQL()
afterAll(() => Promise.all([postgres, mariadb, mysql].map((server) => server?.stop())))
const size = 3

type Place = 'cutAnswer' | 'cutRequest'
interface Item {
  role: 'user'
  content: string
}

/** Not the `BEGIN ISOLATION LEVEL READ COMMITTED`. */
function isCommit(bytes: Buffer): boolean {
  return /COMMIT\0?$/.test(bytes.toString('latin1'))
}

/** What travels when a change is decided: the one statement, or the commit. */
const writes = {
  // Bind and execution of a prepared statement, which carries the items.
  append: (bytes: Buffer) => bytes.includes('the item ') || isCommit(bytes),
  commit: isCommit,
} as const

const servers = [
  { name: 'pg', cuts: rounds(100, 20), database: () => postgres.createDatabase(), write: writes.append },
  { name: 'mariadb', cuts: rounds(50, 15), database: () => mariadb.createDatabase(), write: writes.commit },
  {
    name: 'mysql2',
    cuts: rounds(50, 15),
    database: async () => (await mariadb.createDatabase()).replace('mariadb:', 'mysql:'),
    write: writes.commit,
  },
  ...(mysql
    ? [{ name: 'MySQL', cuts: rounds(20, 10), database: () => mysql.createDatabase(), write: writes.commit }]
    : []),
]

describe.each(servers)('connections cut, through $name', ({ name, cuts, database, write }) => {
  interface Cut {
    proxy: TcpProxy
    store: SQLStore
    direct: SQLStore
    close(): Promise<void>
  }

  async function open(options: SQLStoreOptions): Promise<Cut> {
    const url = await database()
    const { hostname, port } = new URL(url)
    const proxy = await startProxy({ host: hostname, port: Number(port) })
    const direct = new SQLStore({ url, createTables: true })
    await direct.session('s').getItems()
    const store = new SQLStore({ url: proxy.url(url), ...options })
    await store.session('s').getItems()
    const close = async (): Promise<void> => {
      await store.close()
      await direct.close()
      await proxy.stop()
    }
    return { proxy, store, direct, close }
  }

  function itemsOf(batch: string): Item[] {
    return Array.from({ length: size }, (_, place) => ({ role: 'user', content: `the item ${batch}/${place}` }))
  }

  async function contents(store: SQLStore, sessionId = 's'): Promise<string[]> {
    const items = await store.session<Item>(sessionId).getItems()
    return items.map(({ content }) => content.replace('the item ', ''))
  }

  async function failure(work: Promise<unknown>): Promise<SessionError> {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(SessionError)
    return error as SessionError
  }

  const placeOf = (index: number): Place => (index % 2 === 0 ? 'cutAnswer' : 'cutRequest')

  it(`loses and doubles nothing in ${cuts} cuts with retries`, async () => {
    const { proxy, store, direct, close } = await open({ retries: 5 })
    const acknowledged: string[] = []
    for (let index = 0; index < cuts; index++) {
      const cut = proxy[placeOf(index)](write)
      await store.session('s').addItems(itemsOf(`w/${index}`))
      acknowledged.push(`w/${index}`)
      await cut
    }
    const figures = tally(cuts, acknowledged, await contents(direct), size)
    report(`cuts-${name}`, figures)
    expect(figures).toMatchObject({ ...unharmed, acknowledged: cuts, found: cuts })
    await close()
  })

  it('pops each item once in cuts with retries', async () => {
    const pops = 20
    const { proxy, store, direct, close } = await open({ retries: 5 })
    const batches = Array.from({ length: 10 }, (_, index) => itemsOf(`w/${index}`))
    await direct.session('s').addItems(batches.flat())
    const before = await contents(direct)
    const popped: string[] = []
    for (let index = 0; index < pops; index++) {
      const cut = proxy[placeOf(index)](writes.commit)
      const item = await store.session<Item>('s').popItem()
      popped.push(item?.content.replace('the item ', '') ?? 'nothing')
      await cut
    }
    report(`cuts-pop-${name}`, { pops, different: new Set(popped).size, left: (await contents(direct)).length })
    expect(popped).toEqual(before.slice(-pops).reverse())
    expect(await contents(direct)).toEqual(before.slice(0, -pops))
    await close()
  })

  it('tells of a repetition what the first time would have told', async () => {
    const { proxy, store, direct, close } = await open({ retries: 5 })
    const [first, second, third] = ['1', '2', '3'].map((id) => `{"role":"user","content":"the item ${id}"}`)
    if (first === undefined || second === undefined || third === undefined) throw new Error('Three records')
    await store.records.commit('s', { append: [first, second] })
    const cut = proxy.cutAnswer(writes.commit)
    const change = { expectTail: [first, second], drop: 1, append: [third], returnDropped: true } as const
    expect(await store.records.commit('s', change)).toEqual({ status: 'applied', dropped: [second] })
    await cut
    expect(await direct.records.read('s')).toEqual([first, third])
    await close()
  })

  it('says that a write whose answer was lost may be there', async () => {
    const { proxy, store, direct, close } = await open({})
    for (const place of ['cutAnswer', 'cutRequest'] as const) {
      const cut = proxy[place](write)
      const error = await failure(store.session('s').addItems(itemsOf(`${place}/0`)))
      await cut
      expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: true })
      const isThere = (await contents(direct)).includes(`${place}/0/0`)
      expect(isThere).toBe(place === 'cutAnswer')
      // The same object works again at once.
      await store.session('s').addItems(itemsOf(`${place}/1`))
    }
    await close()
  })

  it('says that nothing was written where the connection broke before the write', async () => {
    const { proxy, store, direct, close } = await open({})
    await store.session('s').addItems(itemsOf('w/0'))
    // A transaction on every server, which is cut at its beginning.
    const cut = proxy.cutAnswer((bytes) => bytes.includes('BEGIN') || bytes.includes('START TRANSACTION'))
    const error = await failure(store.session('s').setMetadata({ key: 'value' }))
    await cut
    expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: false })
    expect((await direct.getSessionInfo('s'))?.metadata).toBeUndefined()
    await close()
  })

  it('shows the old history or the new one where a compaction was cut', async () => {
    const { proxy, store, direct, close } = await open({})
    let expected = ['w/0/0', 'w/0/1', 'w/0/2']
    await store.session('s').addItems(itemsOf('w/0'))
    for (let index = 1; index <= 6; index++) {
      const place = placeOf(index)
      const cut = proxy[place](writes.commit)
      const error = await failure(store.session<Item>('s').replaceHistoryWithCompaction(itemsOf(`w/${index}`)))
      await cut
      expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: true })
      if (place === 'cutAnswer') expected = [0, 1, 2].map((item) => `w/${index}/${item}`)
      expect(await contents(direct)).toEqual(expected)
    }
    await close()
  })

  it('does a compaction that was cut, with retries', async () => {
    const { proxy, store, direct, close } = await open({ retries: 5 })
    await store.session('s').addItems(itemsOf('w/0'))
    for (let index = 1; index <= 6; index++) {
      const cut = proxy[placeOf(index)](writes.commit)
      await store.session<Item>('s').replaceHistoryWithCompaction(itemsOf(`w/${index}`))
      await cut
      expect(await contents(direct)).toEqual([0, 1, 2].map((item) => `w/${index}/${item}`))
    }
    await close()
  })
})
