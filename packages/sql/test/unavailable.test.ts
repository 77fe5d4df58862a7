import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SQLStore } from '@sessions/sql'
import { startMariaDB, startPostgres } from '@sessions/test-servers'
import { afterAll, expect, it } from 'vitest'
import { Admin } from './support/admin.ts'
import { failure, message } from './support/failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'sessions-sql-'))
chmodSync(folder, 0o755)
// Servers of the tests trust everybody else.
const hba = join(folder, 'pg_hba.conf')
writeFileSync(
  hba,
  [
    'host all asked 127.0.0.1/32 scram-sha-256',
    'host all unknown 127.0.0.1/32 reject',
    'host all all 127.0.0.1/32 trust',
  ]
    .map((line) => `${line}\n`)
    .join(''),
)
const postgres = await startPostgres({ settings: { hba_file: hba } })
const mariadb = await startMariaDB({ own: true })
afterAll(async () => {
  await Promise.all([postgres.stop(), mariadb.stop()])
  rmSync(folder, { recursive: true })
})

it('says that the credentials were refused, at once, and never shows them', async () => {
  const [pg, mysql] = [await postgres.createDatabase(), await mariadb.createDatabase()]
  const create = "'asked'@'%' IDENTIFIED BY 'right'"
  for (const [url, sql] of [
    [pg, "CREATE ROLE asked LOGIN PASSWORD 'right'"],
    [mysql, `CREATE USER ${create}`],
    [mysql.replace('mariadb:', 'mysql:'), `CREATE OR REPLACE USER ${create}`],
  ] as const) {
    const admin = new Admin(url)
    await admin.execute(sql)
    const wrong = Object.assign(new URL(url), { username: 'asked', password: 'wrong-password' })
    await using store = new SQLStore({ url: wrong.href, retries: 1_000 })
    const error = await failure(store.session('a').getItems())
    expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: false, ambiguous: false })
    expect(error.message).toMatch(/credentials/)
    await admin.close()
  }
  const unknown = Object.assign(new URL(pg), { username: 'unknown' })
  await using store = new SQLStore({ url: unknown.href })
  expect(await failure(store.session('a').getItems())).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: false })
})

it('works with the same object once a server that was down at first is up', async () => {
  const [pg, mysql] = [await postgres.createDatabase(), await mariadb.createDatabase()]
  await Promise.all([postgres.stopImmediately(), mariadb.kill()])
  const urls = [pg, mysql, mysql.replace('mariadb:', 'mysql:')]
  const stores = urls.map((url) => new SQLStore({ url, createTables: true }))
  const patient = urls.map((url) => new SQLStore({ url, createTables: true, retries: 1_000 }))
  for (const store of stores) {
    const error = await failure(store.session('a').addItems([message('hello')]))
    expect(error).toMatchObject({ code: 'SESSION_UNAVAILABLE', retryable: true, ambiguous: false })
  }
  // With retries, the first use waits for the server as every other one does.
  const waiting = patient.map((store) => store.session('patient').addItems([message('hello')]))
  await Promise.all([postgres.start(), mariadb.start()])
  await Promise.all(waiting)
  for (const [index, store] of stores.entries()) {
    await store.session(`a${index}`).addItems([message('hello')])
    expect(await store.session(`a${index}`).getItems()).toEqual([message('hello')])
  }
  await Promise.all([...stores, ...patient].map((store) => store.close()))
})

it('says which package to install where a driver is missing', () => {
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@sessions'), { recursive: true })
  const own = fileURLToPath(new URL('../', import.meta.url))
  cpSync(join(own, 'src'), join(folder, 'sql'), { recursive: true })
  for (const name of ['sequelize', 'pg-connection-string']) {
    symlinkSync(realpathSync(join(own, 'node_modules', name)), join(modules, name))
  }
  symlinkSync(realpathSync(join(own, 'node_modules/@sessions/core')), join(modules, '@sessions/core'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const program = `
    import { SQLStore } from './sql/index.ts'
    for (const url of ['postgres://u:secret@h/d', 'mariadb://u:secret@h/d', 'mysql://u:secret@h/d', 'sqlite:x.db']) {
      const error = await new SQLStore({ url, retries: 9 }).session('a').getItems().catch((reason) => reason)
      console.log(error.code, error.retryable, error.message)
    }`
  writeFileSync(join(folder, 'missing.ts'), program)
  const output = execFileSync(process.execPath, ['missing.ts'], { cwd: folder, encoding: 'utf8' })
  expect(output.trim().split('\n')).toEqual([
    'SESSION_BACKEND false The driver of postgres is missing: npm install pg',
    'SESSION_BACKEND false The driver of mariadb is missing: npm install mariadb',
    'SESSION_BACKEND false The driver of mysql is missing: npm install mysql2',
    'SESSION_BACKEND false The driver of sqlite is missing: npm install sqlite3',
  ])
})
