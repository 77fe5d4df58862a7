import { readFileSync } from 'node:fs'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { SQLStore } from '@sessions/sql'
import { leftOut, startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll } from 'vitest'
import { Admin } from './support/admin.ts'
import { storeHarness } from './support/harness.ts'

const [postgres, mariadb] = [await startPostgres(), await startMariaDB()]
afterAll(() => Promise.all([postgres.stop(), mariadb.stop()]))

/** The statements of the README, for a database and a user of other names. */
function grants(dialect: string, names: { agents: string; app: string }): string[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, text = ''] = new RegExp(`<!-- grants: ${dialect} -->\n\`\`\`sql\n([\\s\\S]*?)\`\`\``).exec(readme) ?? []
  const renamed = text.replaceAll(/\bagents\b/g, names.agents).replaceAll(/\bapp\b/g, names.app)
  return renamed.split(';').filter((statement) => statement.trim() !== '')
}

async function granted(url: string, dialect: 'postgres' | 'mysql'): Promise<string> {
  const admin = new Admin(url)
  const database = new URL(url).pathname.slice(1)
  const app = `app_${database.slice(-12)}`
  await admin.execute(admin.isPostgres ? `CREATE ROLE ${app} LOGIN` : `CREATE USER ${app}`)
  // Whoever looks for a table, our harness included, finds that of the schema.
  if (admin.isPostgres) await admin.execute(`ALTER DATABASE ${database} SET search_path = agents`)
  await using made = new SQLStore({ url, createTables: true, ...(admin.isPostgres && { schema: 'agents' }) })
  await made.session('made').getItems()
  for (const statement of grants(dialect, { agents: admin.isPostgres ? 'agents' : database, app }))
    await admin.execute(statement)
  await admin.close()
  return Object.assign(new URL(url), { username: app }).href
}

const [onPostgres, onMariaDB] = [
  await granted(await postgres.createDatabase(), 'postgres'),
  await granted(await mariadb.createDatabase(), 'mysql'),
]
// Each right is one of a table, so that those who use every table find a missing one, whichever way they use it.
for (const only of [
  'model/commands',
  'delete/',
  'records/',
  'list/',
  'exclusive/take-over',
  'watch/',
  'fork/',
  'operations/',
  'ttl/',
]) {
  const chosen = { only, except: leftOut('client').filter((name) => !only.startsWith(name)) }
  describeConformance(storeHarness('SQLStore (Postgres, the rights of an application)', [onPostgres]), chosen)
  describeConformance(storeHarness('SQLStore (MariaDB, the rights of an application)', [onMariaDB]), chosen)
}
