import { SQLStore } from '@sessions/sql'
import { SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'

/** Every table and index as SQLite keeps it, without what layout and `IF NOT EXISTS` make of it. */
function tablesOf(database: Database.Database): string[] {
  const rows = database.prepare('SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name').pluck().all()
  return rows.map((sql) =>
    String(sql)
      .replaceAll(/["\s]+/g, ' ')
      .replaceAll(/ ?([(),]) ?/g, '$1'),
  )
}

it('makes the same tables in a SQLite file through either package, so that both may use it', async () => {
  const [ours, theirs] = [new Database(':memory:'), new Database(':memory:')]
  await using store = new SQLiteStore({ database: ours })
  await store.session('a').addItems([{ role: 'user', content: 'Hello' }])
  theirs.exec(SQLStore.schemaSQL('sqlite'))
  expect(tablesOf(theirs)).toEqual(tablesOf(ours))
  const version = 'SELECT max(version) AS version FROM agent_sessions_schema'
  expect(theirs.prepare(version).all()).toEqual(ours.prepare(version).all())
})
