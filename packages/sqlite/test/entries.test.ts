import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { CountingDatabase } from './support/counting-database.ts'
import { temporaryFile } from './support/folder.ts'

const item = (content: string) => ({ role: 'user', content }) as const

function pythonAppends(database: Database.Database, sessionId: string, count: number): void {
  database.prepare('INSERT OR IGNORE INTO agent_sessions (session_id) VALUES (?)').run(sessionId)
  const insert = database.prepare('INSERT INTO agent_messages (session_id, message_data) VALUES (?, ?)')
  for (let index = 0; index < count; index++) insert.run(sessionId, '{"role": "user", "content": "theirs"}')
}

describe('the ids of entries', () => {
  it('are never given again, whoever removes and adds items, and whatever becomes of the file', async () => {
    const path = temporaryFile()
    const seen = new Set<string>()
    const database = new Database(path)
    const look = async (fresh: number): Promise<void> => {
      await using store = new SQLiteStore({ path })
      const { entries } = await store.session('a').page({ limit: 100 })
      for (const { id } of entries.slice(-fresh)) {
        expect(seen).not.toContain(id)
        seen.add(id)
      }
    }
    const add = async (): Promise<void> => {
      await using store = new SQLiteStore({ path })
      await store.session('a').addItems([item('1'), item('2')])
    }
    await add()
    await look(2)
    const removals = [
      "DELETE FROM agent_messages WHERE id = (SELECT id FROM agent_messages WHERE session_id = 'a' ORDER BY id DESC LIMIT 1)",
      "DELETE FROM agent_messages WHERE session_id = 'a'; DELETE FROM agent_sessions WHERE session_id = 'a'",
      'DELETE FROM agent_messages; DELETE FROM agent_sessions; VACUUM',
    ]
    for (const removal of removals) {
      database.exec(removal)
      await add()
      await look(2)
      pythonAppends(database, 'a', 3)
      await look(3)
      database.exec('DELETE FROM agent_messages')
      pythonAppends(database, 'a', 1)
      await look(1)
    }
    expect(seen.size).toBe(2 + 3 * 6)
    database.close()
  })

  it('and their times stay where records are replaced, and where others are removed', async () => {
    const clock = new ManualClock()
    await using store = new SQLiteStore({ clock })
    const session = store.session('a')
    for (const content of ['1', '2', '3']) {
      await session.addItems([item(content)])
      clock.advance(10_000)
    }
    const before = (await session.page()).entries
    const { places = [] } = await store.records.page('a', undefined, 10)
    const replace = [{ place: places[0] ?? '', record: JSON.stringify(item('other')) }]
    await store.records.commit('a', { maintain: { replace, remove: [places[1] ?? ''] } })
    const [first, , last] = before
    expect((await session.page()).entries).toEqual([{ ...first, item: item('other') }, last])
  })

  it('may be larger than a number is exact', async () => {
    const path = temporaryFile()
    await using store = new SQLiteStore({ path })
    const session = store.session('a')
    await session.addItems([item('0')])
    const database = new Database(path)
    database.exec("INSERT INTO agent_messages (id, session_id, message_data) VALUES (9007199254740993, 'a', '{}')")
    database.exec("DELETE FROM agent_messages WHERE message_data = '{}'")
    database.close()
    await session.addItems(['1', '2', '3'].map(item))
    const ids = (await session.page()).entries.map(({ id }) => id)
    expect(ids.slice(1)).toEqual(['9007199254740994', '9007199254740995', '9007199254740996'])
    expect((await session.page({ before: ids[3] ?? '', limit: 1 })).entries).toMatchObject([{ id: ids[2] }])
    const contents: unknown[] = []
    for await (const each of session.items({ pageSize: 1 })) contents.push(each)
    expect(contents).toEqual(['0', '1', '2', '3'].map(item))
    const { places = [] } = await store.records.page('a', undefined, 10)
    await store.records.commit('a', { maintain: { remove: [places[2] ?? ''] } })
    expect((await session.page()).entries.map(({ id }) => id)).toEqual([ids[0], ids[1], ids[3]])
    expect(await session.rewind({ entry: ids[1] ?? '' })).toEqual([item('1'), item('3')])
  })
})

it('reads a page in one statement and as many rows as it holds, wherever it lies', async () => {
  const counting = new CountingDatabase(new Database(':memory:'))
  await using store = new SQLiteStore({ database: counting.database })
  const session = store.session('a')
  await session.addItems(Array.from({ length: 5_000 }, (_, index) => item(`${index}`)))
  const { entries } = await session.page({ limit: 5_000 })
  const places = [0, 10, 2_500, 4_990].map((index) => entries[index]?.id ?? '')
  for (const options of [{}, ...places.flatMap((id) => [{ before: id }, { after: id }])]) {
    counting.executed = []
    const page = await session.page({ limit: 10, ...options })
    expect(counting.executed).toHaveLength(1)
    expect(counting.executed[0]?.rows).toBeLessThanOrEqual(page.entries.length + 2)
  }
})

it('leaves an ordinary append and read as they were: three statements and one', async () => {
  const counting = new CountingDatabase(new Database(':memory:'))
  await using store = new SQLiteStore({ database: counting.database })
  const session = store.session('a')
  await session.addItems([item('0')])
  counting.executed = []
  await session.addItems([item('1')])
  expect(counting.executed.map(({ source }) => source.trim().split(' ')[0])).toEqual(['SELECT', 'INSERT', 'INSERT'])
  counting.executed = []
  await session.getItems(20)
  expect(counting.executed).toHaveLength(1)
})

describe('the times of appended entries', () => {
  it('never break the order in which Python reads them', async () => {
    const path = temporaryFile()
    const clock = new ManualClock(Date.UTC(2026, 0, 1, 12))
    await using store = new SQLiteStore({ path, clock })
    const at = (hour: number): Date => new Date(Date.UTC(2026, 0, 1, hour))
    const append = (times: readonly (Date | undefined)[], name: string) =>
      store.records.commit('a', {
        append: times.map((_, index) => JSON.stringify(item(`${name}${index}`))),
        appendTimes: times,
      })
    await append([at(8), at(9), at(9)], 'a')
    await append([at(7), undefined, at(11), at(10), undefined, at(23)], 'b')
    clock.advance(3_600_000)
    await store.session('a').addItems([item('c')])
    const { entries } = await store.session('a').page()
    const hours = entries.map(({ createdAt }) => createdAt?.getUTCHours())
    expect(hours).toEqual([8, 9, 9, 9, 11, 11, 11, 12, 12, 13])
    const database = new Database(path, { readonly: true })
    const byTime = database.prepare('SELECT message_data FROM agent_messages ORDER BY created_at, id').pluck().all()
    expect(byTime.map((text) => JSON.parse(String(text)))).toEqual(await store.session('a').getItems())
    const stamps = database.prepare('SELECT created_at FROM agent_messages').pluck().all() as string[]
    for (const stamp of stamps) expect(stamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    database.close()
  })

  it('stay those of kept entries behind a summary that was made now', async () => {
    const clock = new ManualClock()
    await using store = new SQLiteStore({ clock })
    const session = store.session('a')
    await session.addItems([item('1'), item('2')])
    const { entries } = await session.page()
    clock.advance(60_000)
    await store.records.commit('a', {
      drop: 'all',
      append: [item('summary'), item('2')].map((each) => JSON.stringify(each)),
      appendTimes: [undefined, entries[1]?.createdAt],
    })
    expect((await session.page()).entries[1]?.createdAt).toEqual(entries[1]?.createdAt)
  })
})
