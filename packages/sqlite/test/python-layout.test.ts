import { ManualClock } from '@sessions/core/testing'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from './support/folder.ts'

/** The statements of SQLiteSession in the OpenAI Agents SDK for Python 0.22.0. */
const python = {
  schema: `
    CREATE TABLE IF NOT EXISTS agent_sessions (
      session_id TEXT PRIMARY KEY,
      created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
      updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE IF NOT EXISTS agent_messages (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      session_id TEXT NOT NULL,
      message_data TEXT NOT NULL,
      created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
      FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE);
    CREATE INDEX IF NOT EXISTS idx_agent_messages_session_id ON agent_messages (session_id, id);`,
  addSession: 'INSERT OR IGNORE INTO agent_sessions (session_id) VALUES (?)',
  addMessage: 'INSERT INTO agent_messages (session_id, message_data) VALUES (?, ?)',
  touch: 'UPDATE agent_sessions SET updated_at = CURRENT_TIMESTAMP WHERE session_id = ?',
  read: 'SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id ASC',
  // SQLAlchemySession orders by time first.
  readByTime: 'SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY created_at ASC, id ASC',
  pop: `DELETE FROM agent_messages WHERE id = (
      SELECT id FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT 1) RETURNING message_data`,
}

function pythonAppends(database: Database.Database, sessionId: string, texts: readonly string[]): void {
  database.exec(python.schema)
  database.prepare(python.addSession).run(sessionId)
  for (const text of texts) database.prepare(python.addMessage).run(sessionId, text)
  database.prepare(python.touch).run(sessionId)
}

const item = (content: string) => ({ role: 'user', content }) as const

describe('the tables of Python', () => {
  it('are taken over with what is in them', async () => {
    const path = temporaryFile()
    const database = new Database(path)
    pythonAppends(database, 'p', ['{"role": "user", "content": "h\\u00e9llo"}', '{"content": "2", "role": "user"}'])
    database.close()
    await using session = new SQLiteSession({ sessionId: 'p', path, ttl: 3_600 })
    expect(await session.getItems()).toEqual([item('héllo'), item('2')])
    const before = await session.info()
    expect(before).toMatchObject({ itemCount: 2 })
    await session.addItems([item('3')])
    const after = await session.info()
    expect(after?.createdAt).toEqual(before?.createdAt)
    expect(after?.updatedAt.getTime()).toBeGreaterThan(before?.updatedAt.getTime() ?? 0)
    expect(await session.popItem()).toEqual(item('3'))
  })

  it('can be written by both sides in turn, in one order for all', async () => {
    const path = temporaryFile()
    await using session = new SQLiteSession({ sessionId: 'p', path })
    const database = new Database(path)
    for (let turn = 0; turn < 5; turn++) {
      await session.addItems([item(`ours ${turn}`), item(`ours too ${turn}`)])
      pythonAppends(database, 'p', [JSON.stringify(item(`theirs ${turn}`))])
    }
    const ours = await session.getItems()
    const contents = (sql: string): unknown =>
      (database.prepare(sql).pluck().all('p') as string[]).map((text) => JSON.parse(text))
    expect(ours).toHaveLength(15)
    expect(contents(python.read)).toEqual(ours)
    expect(contents(python.readByTime)).toEqual(ours)
    expect(JSON.parse(database.prepare(python.pop).pluck().get('p') as string)).toEqual(item('theirs 4'))
    expect(await session.popItem()).toEqual(item('ours too 4'))
    database.close()
  })

  it('keep the order of time where the clock goes backwards', async () => {
    const path = temporaryFile()
    const clock = new ManualClock()
    await using session = new SQLiteSession({ sessionId: 'p', path, clock })
    for (let index = 0; index < 10; index++) {
      await session.addItems([item(`${index}`)])
      clock.advance(-5_000)
    }
    const database = new Database(path, { readonly: true })
    const byTime = (database.prepare(python.readByTime).pluck().all('p') as string[]).map((text) => JSON.parse(text))
    expect(byTime).toEqual(await session.getItems())
    const stamps = database.prepare('SELECT created_at FROM agent_messages').pluck().all() as string[]
    for (const stamp of stamps) expect(stamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    database.close()
  })

  it('have the columns and the index that Python makes, and more columns only where it does not mind', async () => {
    const [ours, theirs] = [temporaryFile(), temporaryFile()]
    await using session = new SQLiteSession({ sessionId: 'p', path: ours })
    await session.addItems([item('1')])
    const [oursDatabase, theirsDatabase] = [new Database(ours, { readonly: true }), new Database(theirs)]
    theirsDatabase.exec(python.schema)
    for (const table of ['agent_sessions', 'agent_messages']) {
      const columns = oursDatabase.pragma(`table_info(${table})`) as { notnull: number; dflt_value: unknown }[]
      const expected = theirsDatabase.pragma(`table_info(${table})`) as unknown[]
      expect(columns.slice(0, expected.length)).toEqual(expected)
      for (const added of columns.slice(expected.length))
        expect(added.notnull === 0 || added.dflt_value !== null).toBe(true)
    }
    const indexColumns = 'index_info(idx_agent_messages_session_id)'
    expect(oursDatabase.pragma(indexColumns)).toEqual(theirsDatabase.pragma(indexColumns))
    oursDatabase.close()
    theirsDatabase.close()
  })

  it.each(['2026-01-02T03:04:05Z', '2026-01-02T05:04:05+02:00', '2026-01-02 03:04:05.000', '2026-01-02 03:04:05'])(
    'can hold a time as another tool wrote it: %s',
    async (time) => {
      const path = temporaryFile()
      const database = new Database(path)
      pythonAppends(database, 'p', [JSON.stringify(item('theirs'))])
      database.prepare('UPDATE agent_sessions SET created_at = ?, updated_at = ?').run(time, time)
      await using session = new SQLiteSession({ sessionId: 'p', path })
      expect((await session.info())?.createdAt).toEqual(new Date('2026-01-02T03:04:05Z'))
      for (const unreadable of [time, 'yesterday', null]) {
        database.prepare('UPDATE agent_sessions SET updated_at = ?').run(unreadable)
        await session.addItems([item('ours')])
        expect((await session.info())?.updatedAt.getTime()).toBeGreaterThan(Date.UTC(2026, 1))
      }
      expect(await session.getItems()).toHaveLength(4)
      database.close()
    },
  )

  it('say corrupt for the NaN that only Python writes, and keep it', async () => {
    const path = temporaryFile()
    const database = new Database(path)
    pythonAppends(database, 'p', ['{"role": "user", "content": NaN}'])
    await using store = new SQLiteStore({ path })
    await expect(store.session('p').popItem()).rejects.toMatchObject({ code: 'SESSION_RECORD_CORRUPT' })
    expect(database.prepare(python.read).pluck().all('p')).toHaveLength(1)
    database.close()
  })

  it('start anew for us too after Python cleared a session, which leaves our tables alone', async () => {
    const path = temporaryFile()
    await using store = new SQLiteStore({ path })
    await using mortal = new SQLiteStore({ path, ttl: 60 })
    const session = store.session('p')
    const args = { operationId: 'op', transaction: { type: 'append_items', items: [item('once')] } } as const
    await mortal.session('p').applyHistoryTransaction(args)
    await session.setMetadata({ userId: 'u1' })
    const database = new Database(path)
    database.exec(
      "DELETE FROM agent_messages WHERE session_id = 'p'; DELETE FROM agent_sessions WHERE session_id = 'p'",
    )
    expect(await session.info()).toBeUndefined()
    await session.applyHistoryTransaction(args)
    expect(await session.getItems()).toEqual([item('once')])
    const info = await session.info()
    expect([info?.metadata, info?.expiresAt]).toEqual([undefined, undefined])
    database.pragma('foreign_keys = OFF')
    database.exec('DELETE FROM agent_sessions')
    await session.clearSession()
    expect(await session.getItems()).toEqual([])
    database.close()
  })

  it('are listed by the second that Python wrote, also with a limit', async () => {
    const path = temporaryFile()
    await using store = new SQLiteStore({ path })
    const database = new Database(path)
    for (const [id, time] of [
      ['newer', '2026-01-01 00:00:05'],
      ['older', '2026-01-01 00:00:01'],
    ] as const) {
      await store.session(id).addItems([item(id)])
      database.prepare('UPDATE agent_sessions SET updated_at = ? WHERE session_id = ?').run(time, id)
    }
    database.close()
    const listed = []
    const filter = { updatedBefore: new Date('2026-01-01T00:00:05Z'), limit: 1 }
    for await (const info of store.listSessions(filter)) listed.push(info.sessionId)
    expect(listed).toEqual(['older'])
  })

  it('give a session the whole of its ttl after a write of Python, which names only the second', async () => {
    const path = temporaryFile()
    const written = Date.UTC(2026, 0, 1, 0, 0, 5, 900)
    const clock = new ManualClock(written)
    await using session = new SQLiteSession({ sessionId: 'p', path, ttl: 3_600, clock })
    await session.addItems([item('ours')])
    const database = new Database(path)
    pythonAppends(database, 'p', [JSON.stringify(item('theirs'))])
    database.prepare("UPDATE agent_sessions SET updated_at = '2026-01-01 00:00:05'").run()
    database.close()
    clock.advance(3_599_500)
    expect(await session.getItems()).toHaveLength(2)
    expect(await session.info()).toMatchObject({ itemCount: 2 })
    await session.addItems([item('more')])
    expect(await session.getItems()).toHaveLength(3)
  })

  it('let a session that Python goes on writing live on past its ttl', async () => {
    const path = temporaryFile()
    const clock = new ManualClock(Date.now() - 3_590_000)
    await using store = new SQLiteStore({ path, ttl: 3_600, clock })
    const session = store.session('p')
    await session.addItems([item('ours')])
    const database = new Database(path)
    pythonAppends(database, 'p', [JSON.stringify(item('theirs'))])
    database.close()
    clock.advance(3_610_000)
    expect(await session.getItems()).toEqual([item('ours'), item('theirs')])
    expect(await store.purgeExpired()).toBe(0)
    expect(await session.getItems(1)).toEqual([item('theirs')])
    clock.advance(3_610_000)
    expect(await session.getItems()).toEqual([])
    expect(await store.purgeExpired()).toBe(1)
  })

  it('are paged, forked and watched whoever wrote them', async () => {
    const path = temporaryFile()
    await using store = new SQLiteStore({ path })
    const session = store.session('p')
    await session.addItems([item('ours')])
    const events = session.watch({ after: null })[Symbol.asyncIterator]()
    const next = async (): Promise<unknown> => (await events.next()).value
    expect(await next()).toMatchObject({ type: 'added', entries: [{ item: item('ours') }] })
    const database = new Database(path)
    pythonAppends(database, 'p', [JSON.stringify(item('theirs'))])
    expect(await next()).toMatchObject({ type: 'added', entries: [{ item: item('theirs') }] })
    const { entries, older } = await session.page({ limit: 1 })
    expect([entries[0]?.item, older]).toEqual([item('theirs'), entries[0]?.id])
    expect(Math.abs(Number(entries[0]?.createdAt) - Date.now())).toBeLessThan(60_000)
    await store.forkSession('p', 'q')
    pythonAppends(database, 'q', [JSON.stringify(item('more'))])
    expect(await store.session('q').getItems()).toEqual(['ours', 'theirs', 'more'].map(item))
    expect(database.prepare(python.readByTime).pluck().all('q')).toEqual(database.prepare(python.read).pluck().all('q'))
    expect(JSON.parse(database.prepare(python.pop).pluck().get('p') as string)).toEqual(item('theirs'))
    const [left] = (await session.page()).entries
    expect(await next()).toEqual({ type: 'rewritten', newest: left?.id })
    database.exec(
      "DELETE FROM agent_messages WHERE session_id = 'p'; DELETE FROM agent_sessions WHERE session_id = 'p'",
    )
    expect(await next()).toEqual({ type: 'rewritten', newest: null })
    database.close()
  })
})
