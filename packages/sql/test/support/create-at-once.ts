import { fork } from 'node:child_process'
import { once } from 'node:events'
import { SQLStore } from '@sessions/sql'
import { expect } from 'vitest'
import { Admin } from './admin.ts'

const program = new URL('../programs/create-tables.ts', import.meta.url)
const count = 16

/** Lets 16 processes open an empty database with their first write at once, through each of its urls and drivers; all must succeed. */
export async function createAtOnce(database: () => Promise<string[]>): Promise<void> {
  const urls = await database()
  const through = [
    ...urls,
    ...urls.map((url) => url.replace(/^(mariadb|mysql):/, (driver) => (driver === 'mysql:' ? 'mariadb:' : 'mysql:'))),
  ]
  const children = Array.from({ length: count }, (_, index) => {
    return fork(program, [through[index % through.length] ?? '', `w${index}`], { execArgv: [] })
  })
  await Promise.all(children.map((child) => once(child, 'message')))
  const answers = children.map(async (child) => (await once(child, 'message'))[0])
  for (const child of children) child.send('go')
  expect(await Promise.all(answers)).toEqual(Array(count).fill('done'))

  await using store = new SQLStore({ url: urls[0] ?? '' })
  expect(await store.session('shared').getItems()).toHaveLength(count)
  const admin = new Admin(urls[0] ?? '')
  expect(await admin.select('SELECT version FROM agent_sessions_schema ORDER BY version')).toEqual([
    { version: 1 },
    { version: 2 },
    // Of Postgres alone.
    ...(admin.isPostgres ? [{ version: 3 }] : []),
  ])
  await admin.close()
}
