import type { HistoryChange } from '@sessions/core'
import { SQLStore } from '@sessions/sql'
import { startPostgres, startProxy } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { counting } from './support/counting.ts'
import { message } from './support/failure.ts'

const postgres = await startPostgres()
afterAll(() => postgres.stop())

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`)
const once: HistoryChange = { operation: { id: 'op', fingerprint: 'f' }, append: ['once'] }
const reused: HistoryChange = { operation: { id: 'op', fingerprint: 'g' }, append: ['other'] }
const next: HistoryChange = { operation: { id: 'next', fingerprint: 'f' }, append: ['next'] }

/** All in one turn of the event loop: what became of each. */
async function commitAll(store: SQLStore, changes: readonly HistoryChange[]): Promise<string[]> {
  const results = await Promise.all(changes.map((change, index) => store.records.commit(`s${index}`, change)))
  return results.map(({ status }) => status)
}

it('appends with operations go together, and one that is kept already is a duplicate by itself', async () => {
  const proxy = await counting(await postgres.createDatabase())
  await using store = new SQLStore({ url: proxy.url, createTables: true })
  await commitAll(store, [next, next, next])
  const before = proxy.trips()
  expect(new Set(await commitAll(store, Array(300).fill(once)))).toEqual(new Set(['applied']))
  // Some connections are made, and statements prepared on them; one by one they are 300 times as many.
  expect(proxy.trips() - before).toBeLessThan(60)
  const changes = ids(300).map((_, index) => [once, next, reused][index < 40 ? index % 3 : 1] ?? next)
  const said = changes.map((change, index) => {
    if (change === next) return index < 3 ? 'duplicate' : 'applied'
    return change === once ? 'duplicate' : 'reused'
  })
  expect(await commitAll(store, changes)).toEqual(said)
  for (const [index, id] of ids(45).entries()) {
    const first = index < 3 ? ['next', 'once'] : ['once']
    expect(await store.records.read(id)).toEqual(said[index] === 'applied' ? [...first, 'next'] : first)
  }
  proxy.close()
})

it('forget the operations of their sessions whose time is over, as an append by itself does', async () => {
  await using store = new SQLStore({ url: await postgres.createDatabase(), createTables: true, operationTtl: 0.001 })
  const operation = (name: string): HistoryChange => ({ operation: { id: name, fingerprint: 'f' }, append: [name] })
  for (const name of ['a', 'b', 'c']) await commitAll(store, Array(20).fill(operation(name)))
  expect(new Set(await commitAll(store, Array(20).fill(operation('a'))))).toEqual(new Set(['applied']))
})

it('with retries are there once each, where the answer to a whole group was lost', async () => {
  const url = await postgres.createDatabase()
  const { hostname, port } = new URL(url)
  await using proxy = await startProxy({ host: hostname, port: Number(port) })
  await using store = new SQLStore({ url: proxy.url(url), createTables: true, retries: 2 })
  const appendAll = (text: string): Promise<unknown> =>
    Promise.all(ids(50).map((id) => store.session(id).addItems([message(text)])))
  await appendAll('before')
  // A group: two of its members are in what is sent.
  const cut = proxy.cutAnswer((bytes) => bytes.toString().split('after').length > 2)
  await appendAll('after')
  await cut
  for (const id of ids(50)) expect(await store.session(id).getItems()).toEqual([message('before'), message('after')])
})
