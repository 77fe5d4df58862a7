import { SQLStore } from '@sessions/sql'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'

/** What stands in a file, whatever its statements looked like. */
function objects(database: Database.Database): unknown[] {
  const rows = database.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY type, name').all()
  return (rows as { type: string; name: string; sql: string | null }[])
    .filter(({ name }) => !name.endsWith('_schema'))
    .map(({ type, name, sql }) => [type, name, sql?.replaceAll(/["\s]/g, '')])
}

it.each([{}, { sessionsTable: 'conversations', messagesTable: 'items' }])(
  '@sessions/sql and @sessions/sqlite make the same tables in a SQLite file, and each takes those of the other: %j',
  async (names) => {
    const [theirs, ours] = [new Database(':memory:'), new Database(':memory:')]
    theirs.exec(SQLStore.schemaSQL('sqlite', names))
    for (const database of [theirs, ours]) {
      await using store = new SQLiteStore({ database, ...names })
      await store.session('a').addItems([{ role: 'user', content: 'hello' }])
      expect(await store.session('a').getItems()).toHaveLength(1)
    }
    expect(objects(theirs)).toEqual(objects(ours))
    const version = `SELECT max(version) FROM ${names.sessionsTable ?? 'agent_sessions'}_schema`
    expect(theirs.prepare(version).pluck().get()).toBe(ours.prepare(version).pluck().get())
  },
)
