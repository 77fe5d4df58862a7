import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all, oldestOf, oldestPeer } from './matrix.ts'
import { Stranger } from './stranger.ts'

/** What a chat does on a file: it adds, takes back, holds, pages and forks, and another process finds all of it. */
const program = `
  import { SQLStore } from '@sessions/sql'
  import { SQLiteStore } from '@sessions/sqlite'
  const [driver, again] = process.argv.slice(2)
  const store = driver === 'sqlite3' ? new SQLStore({ url: 'sqlite:sql.db', createTables: true }) : new SQLiteStore({ path: 'own.db' })
  const session = store.session('a')
  if (again === undefined) {
    await session.addItems(['one', 'two', 'three'].map((content) => ({ role: 'user', content })))
    await session.popItem()
    await session.exclusive(({ session }) => session.addItems([{ role: 'assistant', content: 'four' }]))
    await store.forkSession('a', 'b')
  }
  const { entries } = await session.page({ limit: 2 })
  const infos = await Array.fromAsync(store.listSessions())
  console.log(entries.map(({ item }) => item.content).join(), infos.map(({ itemCount }) => itemCount).join())
  await store.close()`

/** What is installed beside our packages: the oldest that they ask for, and whatever is newest. */
const sqlite3 = oldestPeer('packages/sql', 'sqlite3')
const sequelize = oldestOf('packages/sql', 'sequelize')
const betterSQLite3 = oldestOf('packages/sqlite', 'better-sqlite3')
const ends = [
  { driver: 'sqlite3', specs: [`sqlite3@${sqlite3}`, `sequelize@${sequelize}`] },
  { driver: 'sqlite3', specs: ['sqlite3@latest', 'sequelize@6'] },
  { driver: 'better-sqlite3', specs: [`better-sqlite3@${betterSQLite3}`] },
  { driver: 'better-sqlite3', specs: ['better-sqlite3@latest'] },
]

// sqlite3 is compiled for a minute or two where it is installed, so this is no part of `pnpm test`.
describe.skipIf(!all).each(ends)('SQLite by $specs', ({ driver, specs }) => {
  const stranger = new Stranger()
  beforeAll(async () => {
    await stranger.npmInstall('@sessions/sql', '@sessions/sqlite', ...specs)
    const names = specs.map((spec) => spec.replace(/@[^@]*$/, ''))
    console.log(names.map((name) => `${name} ${stranger.installed(name)}`).join(', '))
    stranger.write('chat.mjs', program)
  })
  afterAll(() => stranger[Symbol.dispose]())

  it('keeps a conversation from one process to the next', async () => {
    const printed = 'two,four 3,3\n'
    expect(await stranger.run(process.execPath, ['chat.mjs', driver])).toBe(printed)
    expect(await stranger.run(process.execPath, ['chat.mjs', driver, 'again'])).toBe(printed)
  })
})
