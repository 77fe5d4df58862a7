import { setTimeout as sleep } from 'node:timers/promises'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { prepareStatements } from '../src/statements.ts'
import { deriveNames } from '../src/tables.ts'
import { Appender } from './support/appender.ts'
import { Child } from './support/child.ts'
import { CountingDatabase } from './support/counting-database.ts'
import { temporaryFile } from './support/folder.ts'

const item = (content: string) => ({ role: 'user', content }) as const

interface Seen {
  seen: { id: string; content: string }[]
  rewritten: number
}

describe('a session that is watched', () => {
  it('gives every entry once and in order to 3 processes, which come back now and then, while 4 others write', async () => {
    const path = temporaryFile()
    const names = ['a', 'b', 'c', 'd']
    const batches = 12
    const writers = await Promise.all(names.map((name) => Appender.start(path, 'shared', name, batches)))
    const count = names.length * batches * 5
    const watchers = names.slice(1).map(() => new Child('watch.ts', [path, String(count)]))
    await Promise.all(watchers.map((watcher) => watcher.next()))
    await Promise.all(writers.map((writer) => writer.run()))
    await using store = new SQLiteStore({ path })
    const { entries } = await store.session<{ content: string }>('shared').page({ limit: count + 1 })
    const expected = entries.map(({ id, item: { content } }) => ({ id, content }))
    expect(expected).toHaveLength(count)
    for (const watcher of watchers) expect(await watcher.next<Seen>()).toEqual({ seen: expected, rewritten: 0 })
  })

  it.each([
    ['another connection', (path: string) => [{ path }, { path, synchronous: 'NORMAL' }]],
    ['another store of the process', (path: string) => [{ path }, { path }]],
    [
      'another store on a database of the caller',
      (path: string) => {
        const database = new Database(path)
        return [{ database }, { database }]
      },
    ],
  ] as const)('tells of a write through %s long before it would have looked by itself', async (_, optionsFor) => {
    const [options, others] = optionsFor(temporaryFile())
    await using store = new SQLiteStore(options)
    await using other = new SQLiteStore(others)
    const session = other.session('a')
    await session.addItems([item('first')])
    const events = store.session('a').watch({ after: null })[Symbol.asyncIterator]()
    const next = async (): Promise<unknown> => (await events.next()).value
    expect(await next()).toMatchObject({ type: 'added' })
    const [first] = (await session.page()).entries
    const begun = performance.now()
    for (let index = 0; index < 12; index++) {
      await session.addItems([item(`${index}`)])
      expect(await next()).toMatchObject({ type: 'added' })
      await session.popItem()
      expect(await next()).toEqual({ type: 'rewritten', newest: first?.id })
    }
    await session.addItems([item('last')])
    expect(await next()).toMatchObject({ type: 'added' })
    await other.deleteSession('a')
    expect(await next()).toEqual({ type: 'rewritten', newest: null })
    // Looks alone would take a second for each of 26 events.
    expect(performance.now() - begun).toBeLessThan(8_000)
    await store.close()
  })

  it('and is idle costs one small read a second beside a busy database, and one query for all who watch', async () => {
    const path = temporaryFile()
    const counting = new CountingDatabase(new Database(path))
    await using store = new SQLiteStore({ database: counting.database })
    const watchers = 30
    const watched: Promise<unknown>[] = []
    for (let index = 0; index < watchers; index++) {
      await store.session(`idle ${index}`).addItems([item('only')])
      const events = store.session(`idle ${index}`).watch({ after: null })[Symbol.asyncIterator]()
      expect((await events.next()).value).toMatchObject({ type: 'added' })
      watched.push(events.next())
    }
    await using busy = new SQLiteStore({ path })
    counting.executed = []
    const begun = performance.now()
    let writes = 0
    while (performance.now() - begun < 1_500) {
      await busy.session(`busy ${writes % 7}`).addItems([item(`${writes++}`)])
      await sleep(1)
    }
    const seconds = (performance.now() - begun) / 1_000
    const looks = counting.count(/AS newest/)
    expect(looks).toBeGreaterThan(0)
    expect(looks).toBeLessThanOrEqual(Math.ceil(seconds / 0.025))
    // One more at the beginning, where nothing has followed the first entry.
    expect(counting.count(/AS record|endsAt/)).toBeLessThanOrEqual(watchers * (Math.floor(seconds) + 1))
    await store.close()
    for (const { value, done } of (await Promise.all(watched)) as IteratorResult<unknown>[]) {
      expect([value, done]).toEqual([undefined, true])
    }
  })
})

it('goes on while the caller of its database iterates over a query of their own', async () => {
  const path = temporaryFile()
  const database = new Database(path)
  await using store = new SQLiteStore({ database })
  await using other = new SQLiteStore({ path })
  await store.session('a').addItems([item('0')])
  const iteration = database.prepare('VALUES (1), (2)').iterate()
  iteration.next()
  const events = store.session('a').watch({ after: null })[Symbol.asyncIterator]()
  expect((await events.next()).value).toMatchObject({ type: 'added' })
  await other.session('a').addItems([item('1')])
  expect((await events.next()).value).toMatchObject({ type: 'added', entries: [{ item: item('1') }] })
  iteration.return?.()
})

it('finds what changed among those who watch by the index, without reading items', async () => {
  const database = new Database(':memory:')
  await using store = new SQLiteStore({ database })
  await store.session('a').addItems([item('only')])
  const { source } = prepareStatements(database, deriveNames({})).newestIds
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${source}`).all('[]') as { detail: string }[]
  const steps = plan.map(({ detail }) => detail).join('\n')
  expect(steps).toContain('COVERING INDEX idx_agent_messages_session_id (session_id=?)')
  expect(steps).not.toMatch(/SCAN (?!json_each)|TEMP B-TREE/)
})
