import { setTimeout as sleep } from 'node:timers/promises'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
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
    const events = store.session('a').watch()[Symbol.asyncIterator]()
    const session = other.session('a')
    let next = events.next()
    await sleep(50)
    const begun = performance.now()
    for (let index = 0; index < 12; index++) {
      await session.addItems([item(`${index}`)])
      expect((await next).value).toMatchObject({ type: 'added' })
      next = events.next()
      await session.popItem()
      expect((await next).value).toEqual({ type: 'rewritten', newest: null })
      next = events.next()
    }
    await session.addItems([item('last')])
    await next
    next = events.next()
    await other.deleteSession('a')
    expect((await next).value).toEqual({ type: 'rewritten', newest: null })
    // Looks alone would take a second for each of 26 events.
    expect(performance.now() - begun).toBeLessThan(8_000)
    await store.close()
  })

  it('and is idle costs one small read a second beside a busy database, and one query for all who watch', async () => {
    const path = temporaryFile()
    const counting = new CountingDatabase(new Database(path))
    await using store = new SQLiteStore({ database: counting.database })
    const watchers = 30
    const watched = Array.from({ length: watchers }, async (_, index) => {
      for await (const event of store.session(`idle ${index}`).watch()) expect(event).toBeUndefined()
    })
    await sleep(100)
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
    expect(looks).toBeGreaterThan(5)
    expect(looks).toBeLessThanOrEqual(Math.ceil(seconds / 0.025))
    // A session without items is looked up twice.
    expect(counting.count(/AS record|endsAt/)).toBeLessThanOrEqual(2 * watchers * Math.ceil(seconds))
    await store.close()
    await Promise.all(watched)
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
  const path = temporaryFile()
  const counting = new CountingDatabase(new Database(path))
  await using store = new SQLiteStore({ database: counting.database })
  const watching = store.session('a').watch()[Symbol.asyncIterator]().next()
  await sleep(50)
  const [{ source = '' } = {}] = counting.executed.filter(({ source: text }) => /AS newest/.test(text))
  const plan = counting.database.prepare(`EXPLAIN QUERY PLAN ${source}`).all('[]') as { detail: string }[]
  const steps = plan.map(({ detail }) => detail).join('\n')
  expect(steps).toContain('COVERING INDEX idx_agent_messages_session_id (session_id=?)')
  expect(steps).not.toMatch(/SCAN (?!json_each)|TEMP B-TREE/)
  await store.close()
  await watching
})
