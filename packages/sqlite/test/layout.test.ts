import { readFileSync } from 'node:fs'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from './support/folder.ts'

const item = { role: 'user', content: 'hello' } as const
const sessions = `CREATE TABLE agent_sessions (session_id TEXT PRIMARY KEY,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);`
const messages = `CREATE TABLE agent_messages (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL,
  message_data TEXT NOT NULL, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE);`

function made(sql: string): string {
  const path = temporaryFile()
  const database = new Database(path)
  database.exec(sql)
  database.close()
  return path
}

/** Files that our statements could not use, or not as they mean it. */
const foreign: Readonly<Record<string, string>> = {
  'times that are integers': `CREATE TABLE agent_sessions (session_id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL DEFAULT (unixepoch()), updated_at INTEGER NOT NULL DEFAULT (unixepoch())); ${messages}`,
  'times that are integers by their default alone': `${sessions.replaceAll('CURRENT_TIMESTAMP', '(unixepoch())')} ${messages}`,
  'times that are integers in one row': `${sessions} ${messages} INSERT INTO agent_sessions VALUES ('a', 1, 1767323045)`,
  'items whose times are integers': `${sessions} ${messages}
    INSERT INTO agent_sessions (session_id) VALUES ('a');
    INSERT INTO agent_messages (session_id, message_data, created_at) VALUES ('a', '{}', 1767323045)`,
  'a column missing': `${sessions.replace(', updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP', '')} ${messages}`,
  'a column of another name': `${sessions} ${messages.replace('message_data', 'content')}`,
  'a further column that must be filled in': `${sessions.replace('created_at', 'user_id TEXT NOT NULL, created_at')} ${messages}`,
  'ids that are integers': `${sessions.replace('session_id TEXT', 'session_id INTEGER')} ${messages}`,
  'ids of sessions that ignore case': `${sessions.replace('session_id TEXT', 'session_id TEXT COLLATE NOCASE')} ${messages}`,
  'ids of items that ignore case': `${sessions} ${messages.replace('session_id TEXT', 'session_id TEXT COLLATE NOCASE')}`,
  'no primary key': `${sessions.replace('PRIMARY KEY', '')} ${messages}`,
  'another primary key': `${sessions.replace('PRIMARY KEY', 'UNIQUE').replace(');', ', PRIMARY KEY (session_id, created_at));')} ${messages}`,
  'items whose ids are texts': `${sessions} ${messages.replace('INTEGER PRIMARY KEY AUTOINCREMENT', 'TEXT PRIMARY KEY')}`,
  'items whose ids are given again': `${sessions} ${messages.replace('AUTOINCREMENT', '')}`,
  'a check': `${sessions} ${messages.replace('message_data TEXT', 'message_data TEXT CHECK (length(message_data) < 9)')}`,
  'one item a second': `${sessions} ${messages} CREATE UNIQUE INDEX once ON agent_messages (session_id, created_at);`,
  'a foreign key to users': `CREATE TABLE users (id TEXT PRIMARY KEY);
    ${sessions.replace('session_id TEXT PRIMARY KEY', 'session_id TEXT PRIMARY KEY REFERENCES users (id)')} ${messages}`,
  'a view': `CREATE TABLE s (session_id TEXT, created_at TEXT, updated_at TEXT);
    CREATE VIEW agent_sessions AS SELECT * FROM s; ${messages}`,
  'a table of our name': 'CREATE TABLE agent_sessions_metadata (id INTEGER PRIMARY KEY, data TEXT)',
  'another table of our name': 'CREATE TABLE AGENT_SESSIONS_TTLS (a)',
  'a table of leases': 'CREATE TABLE agent_sessions_leases (session_id TEXT PRIMARY KEY)',
  'a schema version of its own': 'CREATE TABLE agent_sessions_schema (id INTEGER PRIMARY KEY)',
  'an index of our name': 'CREATE TABLE t (a); CREATE INDEX idx_agent_sessions_updated_at ON t (a)',
  'texts in UTF-16': `PRAGMA encoding = 'UTF-16'; ${sessions} ${messages}`,
}

describe('a file of another program', () => {
  it.each(Object.entries(foreign))('with %s is refused, and nothing is touched', async (_, sql) => {
    const path = made(sql)
    const before = readFileSync(path)
    await using session = new SQLiteSession({ sessionId: 'a', path })
    for (const call of [() => session.getItems(), () => session.addItems([item])]) {
      await expect(call()).rejects.toMatchObject({
        code: 'SESSION_SCHEMA_UNSUPPORTED',
        message: expect.stringMatching(/Nothing was changed/),
      })
    }
    await session.close()
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it.each(Object.entries(foreign))('with %s can hold our tables under other names', async (_, sql) => {
    if (/UTF-16/.test(sql)) return expect(sql).toContain('encoding')
    const path = made(sql)
    const names = { sessionsTable: 'conversations', messagesTable: 'conversation "items"' }
    await using store = new SQLiteStore({ path, ...names })
    await store.session('a').addItems([item])
    expect(await store.session('a').getItems()).toEqual([item])
  })

  it.each([
    [
      'further columns that need not be filled in',
      `${sessions.replace('created_at', 'a, b TEXT NOT NULL DEFAULT 1, created_at')} ${messages}`,
    ],
    [
      'tables as SQLAlchemySession of Python makes them',
      `CREATE TABLE agent_sessions (session_id VARCHAR NOT NULL, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
        updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL, PRIMARY KEY (session_id));
      CREATE TABLE agent_messages (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, session_id VARCHAR NOT NULL,
        message_data TEXT NOT NULL, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
        FOREIGN KEY(session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE);
      CREATE INDEX idx_agent_messages_session_time ON agent_messages (session_id, created_at)`,
    ],
    ['times as texts', `${sessions.replaceAll('TIMESTAMP D', 'TEXT NOT NULL D')} ${messages}`],
    ['names in other letters', `${sessions.toUpperCase()} ${messages.toUpperCase()}`],
    [
      'quoted names and words in comments',
      `${sessions.replace('created_at', '"created_at"')}
      ${messages.replace('session_id TEXT', '"session_id" TEXT /* CHECK, COLLATE NOCASE */')}`,
    ],
  ])('with %s is taken over', async (_, sql) => {
    const path = made(sql)
    await using store = new SQLiteStore({ path })
    await store.session('a').addItems([item, item])
    expect((await store.getSessionInfo('a'))?.updatedAt.getTime()).toBeGreaterThan(Date.UTC(2026, 0))
    expect(await store.session('a').popItem()).toEqual(item)
    expect(await store.deleteSession('a')).toBe(true)
  })
})

it('refuses tables of ours that another tool changed, and does not touch them', async () => {
  const path = temporaryFile()
  const writer = new SQLiteSession({ sessionId: 'a', path })
  await writer.addItems([item])
  await writer.close()
  const database = new Database(path)
  database.exec('ALTER TABLE agent_sessions_operations DROP COLUMN fingerprint')
  database.close()
  await using session = new SQLiteSession({ sessionId: 'a', path })
  await expect(session.getItems()).rejects.toMatchObject({ code: 'SESSION_SCHEMA_UNSUPPORTED' })
})

describe('names of the tables', () => {
  it('keep the sessions of several stores in one file apart', async () => {
    const path = temporaryFile()
    const stores = ['one', 'two'].map((name) => {
      return new SQLiteStore({ path, sessionsTable: `${name} "sessions"`, messagesTable: `${name}_items` })
    })
    stores.push(new SQLiteStore({ path }))
    for (const [index, store] of stores.entries()) {
      await store.session('a').addItems(Array(index + 1).fill(item))
      await store.session('a').setMetadata({ index })
    }
    for (const [index, store] of stores.entries()) {
      expect(await store.session('a').getItems()).toHaveLength(index + 1)
      expect((await store.getSessionInfo('a'))?.metadata).toEqual({ index })
    }
    expect(await stores[0]?.deleteSessions({ prefix: 'a' })).toBe(1)
    expect(await stores[2]?.session('a').getItems()).toHaveLength(3)
    for (const store of stores) await store.close()
  })
})

it('brings tables of the first version up to date', async () => {
  const path = temporaryFile()
  const before = new SQLiteSession({ sessionId: 'a', path })
  const args = { operationId: 'op', transaction: { type: 'append_items', items: [item] } } as const
  await before.applyHistoryTransaction(args)
  await before.close()
  const database = new Database(path)
  database.exec(`DROP INDEX idx_agent_sessions_forget_at; DROP TABLE agent_sessions_leases; DROP INDEX idx_agent_sessions_not_before; UPDATE agent_sessions_operations SET forget_at = NULL;
    UPDATE agent_sessions_schema SET version = 1`)
  database.close()
  await using session = new SQLiteSession({ sessionId: 'a', path })
  await session.applyHistoryTransaction(args)
  expect(await session.getItems()).toEqual([item])
  const after = new Database(path, { readonly: true })
  expect(after.prepare('SELECT forget_at > current_timestamp FROM agent_sessions_operations').pluck().get()).toBe(1)
  after.close()
})

describe('tables of the second version, which had no leases', () => {
  async function secondVersion(): Promise<string> {
    const path = temporaryFile()
    const before = new SQLiteSession({ sessionId: 'a', path })
    await before.addItems([item])
    await before.close()
    const database = new Database(path)
    database.exec(`DROP TABLE agent_sessions_leases; DROP INDEX idx_agent_sessions_not_before;
      UPDATE agent_sessions_schema SET version = 2`)
    database.close()
    return path
  }

  it('are brought up to date', async () => {
    await using session = new SQLiteSession({ sessionId: 'a', path: await secondVersion() })
    await session.exclusive(({ session: held }) => held.addItems([item]), { whenBusy: 'reject' })
    expect(await session.getItems()).toEqual([item, item])
  })

  it('can be read where they cannot be written', async () => {
    const database = new Database(await secondVersion(), { readonly: true })
    await using store = new SQLiteStore({ database })
    expect((await store.session('a').page()).entries).toMatchObject([{ item }])
    expect(await store.leaseOf('a')).toBeUndefined()
    database.close()
  })

  it('are left alone where another program has a table of that name', async () => {
    const path = await secondVersion()
    const database = new Database(path)
    database.exec('CREATE TABLE agent_sessions_leases (a)')
    database.close()
    await using session = new SQLiteSession({ sessionId: 'a', path })
    await expect(session.getItems()).rejects.toMatchObject({ code: 'SESSION_SCHEMA_UNSUPPORTED' })
  })
})
