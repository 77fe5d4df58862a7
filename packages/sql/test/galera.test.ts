import { SQLStore } from '@sessions/sql'
import { rounds, startGalera } from '@sessions/test-servers'
import { QueryTypes } from 'sequelize'
import { afterAll, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { createAtOnce } from './support/create-at-once.ts'
import { failure, message } from './support/failure.ts'
import { report, tally, unharmed } from './support/figures.ts'
import { describeGroups } from './support/groups.ts'
import { describeOrder } from './support/order.ts'
import { openSequelize } from './support/sequelize.ts'
import { Writer } from './support/writer.ts'

const cluster = await startGalera({ own: true })
afterAll(() => cluster.stop())
const kills = rounds(5, 1)
const size = 3

type Send = (query: { sql: string }, ...rest: unknown[]) => unknown

/** A connection of either driver. */
interface RawConnection {
  execute: Send
  prepare: Send
  query(sql: string): void
}

async function contents(url: string): Promise<string[]> {
  await using store = new SQLStore({ url })
  return (await store.session<{ content: string }>('s').getItems()).map(({ content }) => content)
}

it('makes the tables from 16 processes at once, through three nodes', () =>
  createAtOnce(() => cluster.createDatabase()))

it.each(['mariadb', 'mysql'])('leaves connections as they were, told to read fresh, through %s', async (driver) => {
  const [url = ''] = await cluster.createDatabase()
  const sequelize = openSequelize(url.replace('mariadb:', `${driver}:`), { pool: { max: 1 } })
  await using store = new SQLStore({ sequelize, createTables: true })
  const session = store.session('s')
  const settings = async (): Promise<number[]> => {
    // On the one connection of the pool.
    const rows = await sequelize.query(
      'SELECT @@session.autocommit AS commits, @@session.wsrep_sync_wait & 1 AS waits',
      {
        type: QueryTypes.SELECT,
      },
    )
    return rows.flatMap((row) => Object.values(row).map(Number))
  }
  await session.addItems([message('a')])
  expect(await settings()).toEqual([1, 1])
  const admin = new Admin(url)
  await admin.refuseMessages('forbidden')
  expect((await failure(session.addItems([message('forbidden')]))).code).toBe('SESSION_BACKEND')
  expect(await settings()).toEqual([1, 1])
  expect(await session.getItems()).toEqual([message('a')])
  await admin.close()
  await sequelize.close()
})

it.each(['mariadb', 'mysql'])(
  'commits nothing of a transaction that was rolled back unnoticed while it ran, through %s',
  async (driver) => {
    const [url = ''] = await cluster.createDatabase()
    const sequelize = openSequelize(url.replace('mariadb:', `${driver}:`), { pool: { max: 1 } })
    await using store = new SQLStore({ sequelize, createTables: true })
    const session = store.session<{ content: string }>('s')
    let aborts = 0
    // What the driver sends of a transaction of ours is sent behind a ROLLBACK, as an abort that nobody was told of.
    sequelize.addHook('afterConnect', (connection) => {
      const client = connection as RawConnection
      const method = driver === 'mysql' ? 'execute' : 'prepare'
      const send = client[method].bind(client)
      client[method] = (query, ...rest) => {
        if (query.sql.includes('INSERT INTO `agent_messages`') && aborts-- > 0) client.query('ROLLBACK')
        return send(query, ...rest)
      }
    })
    const batch = ['a', 'b', 'c']
    // Of a session that is new, what comes after the rollback fails; of one that is there, it does not.
    for (const before of [[], batch]) {
      aborts = 2
      await session.addItems(batch.map(message))
      expect(aborts).toBeLessThan(0)
      expect((await session.getItems()).map(({ content }) => content)).toEqual([...before, ...batch])
    }
    await sequelize.close()
  },
)

it('clears on one node at once what another one has acknowledged', async () => {
  const urls = await cluster.createDatabase()
  await using stack = new AsyncDisposableStack()
  const stores = urls.map((url) => stack.use(new SQLStore({ url, createTables: true })))
  const items = Array.from({ length: 50 }, (_, index) => message(`${index} `.repeat(5_000)))
  for (let round = 0; round < 30; round++) {
    const [writer, eraser, reader] = [0, 1, 2].map((shift) => stores[(round + shift) % 3]?.session('s'))
    await writer?.addItems(items)
    await eraser?.clearSession()
    expect(await reader?.info()).toBeUndefined()
  }
})

describeOrder('Galera, through three nodes', false, () => cluster.createDatabase())

it('loses and doubles nothing while nodes are killed under six processes', async () => {
  const urls = await cluster.createDatabase()
  await using stack = new AsyncDisposableStack()
  const writers: Writer[] = []
  for (const [index, url] of [...urls, ...urls].entries()) {
    // Both drivers, each through every node.
    const through = index < urls.length ? url : url.replace('mariadb:', 'mysql:')
    // However long a node takes to come back.
    const patience = { retries: 5_000, busyTimeoutMs: 900_000 }
    const options = { url: through, sessionId: 's', writer: `w${index}`, size, ...patience }
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

describeGroups('Galera', () => cluster.createDatabase())
