import { SQLStore } from '@sessions/sql'
import { rounds, startGalera } from '@sessions/test-servers'
import { QueryTypes, Sequelize } from 'sequelize'
import { afterAll, expect, it } from 'vitest'
import { createAtOnce } from './support/create-at-once.ts'
import { report, tally, unharmed } from './support/figures.ts'
import { describeOrder } from './support/order.ts'
import { Writer } from './support/writer.ts'

const cluster = await startGalera({ own: true })
afterAll(() => cluster.stop())
const kills = rounds(5, 2)
const size = 3

async function contents(url: string): Promise<string[]> {
  await using store = new SQLStore({ url })
  return (await store.session<{ content: string }>('s').getItems()).map(({ content }) => content)
}

it('makes the tables from 16 processes at once, through three nodes', { timeout: 120_000 }, () =>
  createAtOnce(() => cluster.createDatabase()),
)

it.each(['mariadb', 'mysql'])(
  'is told first what keeps transactions whole and reads fresh, through %s',
  async (driver) => {
    const [url = ''] = await cluster.createDatabase()
    const sequelize = new Sequelize(url.replace('mariadb:', `${driver}:`), { logging: false, pool: { max: 1 } })
    await using store = new SQLStore({ sequelize, createTables: true })
    await store.session('s').getItems()
    // On the one connection of the pool. A statement that the server repeats by itself is no part of its transaction any more.
    const rows = await sequelize.query(
      'SELECT @@session.wsrep_retry_autocommit AS repeats, @@session.wsrep_sync_wait & 1 AS waits',
      { type: QueryTypes.SELECT },
    )
    expect(rows.map((row) => Object.values(row).map(Number))).toEqual([[0, 1]])
    await sequelize.close()
  },
)

describeOrder('Galera, through three nodes', false, () => cluster.createDatabase())

it('loses and doubles nothing while nodes are killed under six processes', { timeout: 240_000 }, async () => {
  const urls = await cluster.createDatabase()
  await using stack = new AsyncDisposableStack()
  const writers: Writer[] = []
  for (const [index, url] of [...urls, ...urls].entries()) {
    // Both drivers, each through every node.
    const through = index < urls.length ? url : url.replace('mariadb:', 'mysql:')
    const options = { url: through, sessionId: 's', writer: `w${index}`, size, retries: 200, busyTimeoutMs: 60_000 }
    writers.push(stack.use(await Writer.start(options)))
  }
  for (const writer of writers) writer.begin()
  for (let kill = 0; kill < kills; kill++) {
    await Promise.all(writers.map((writer) => writer.acknowledge(5)))
    const victim = kill % urls.length
    await cluster.nodes[victim]?.kill()
    const others = writers.filter((_, index) => index % urls.length !== victim)
    // The rest of the cluster goes on without it.
    await Promise.all(others.map((writer) => writer.acknowledge(3)))
    await cluster.nodes[victim]?.start()
  }
  await Promise.all(writers.map((writer) => writer.acknowledge(5)))
  await Promise.all(writers.map((writer) => writer.end()))

  expect(writers.flatMap(({ failed }) => failed)).toEqual([])
  const acknowledged = writers.flatMap((writer) => writer.acknowledged.map((batch) => `${writer.name}/${batch}`))
  const found = await Promise.all(urls.map(contents))
  expect(found[1]).toEqual(found[0])
  expect(found[2]).toEqual(found[0])
  const figures = tally(kills, acknowledged, found[0] ?? [], size)
  report('galera-kills', figures)
  expect(figures).toMatchObject(unharmed)
  expect(figures.found).toBe(figures.acknowledged)
})
