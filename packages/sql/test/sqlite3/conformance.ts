/**
 * Runs the kit on SQLite through the driver sqlite3: `pnpm conformance:sqlite3`. No part of `pnpm test`, since that driver is
 * compiled for a minute or two where it is installed. SESSIONS_TEST_SQLITE3 names a folder that has it already.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runConformance } from '@sessions/core/conformance'
import { SQLStore } from '@sessions/sql'
import { QueryTypes, type Sequelize } from 'sequelize'
import { openSequelize } from './open.ts'

const temporary = mkdtempSync(join(tmpdir(), 'sessions-sqlite3-'))
const folder = process.env.SESSIONS_TEST_SQLITE3 ?? temporary
if (folder === temporary) {
  console.log('Installing sqlite3, which takes a minute or two.')
  writeFileSync(join(folder, 'package.json'), '{}')
  execFileSync('npm', ['install', 'sqlite3@6'], { cwd: folder, stdio: 'inherit' })
}
const place = { folder, storage: join(temporary, 'conformance.db') }
const opened: Sequelize[] = []

async function changeFile(sql: string): Promise<void> {
  const sequelize = openSequelize(place)
  await sequelize.query(sql, { type: QueryTypes.RAW })
  await sequelize.close()
}

const report = await runConformance({
  name: 'SQLStore (SQLite through sqlite3)',
  open: async () => {
    const sequelize = openSequelize(place)
    opened.push(sequelize)
    return new SQLStore({ sequelize, createTables: true, ttl: 3_600 })
  },
  reset: async () => {
    for (const sequelize of opened.splice(0)) await sequelize.close()
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(place.storage + suffix, { force: true })
  },
  advance: async (ms) => {
    const moved = (column: string): string =>
      `${column} = strftime('%Y-%m-%d %H:%M:%f', ${column}, '-${ms / 1000} seconds')`
    await changeFile(`UPDATE agent_sessions SET ${moved('created_at')}, ${moved('updated_at')}`)
    await changeFile(`UPDATE agent_sessions_ttls SET not_before_ms = not_before_ms - ${ms}`)
    await changeFile(`UPDATE agent_sessions_leases SET until_ms = until_ms - ${ms}`)
  },
  worker: { module: new URL('./open.ts', import.meta.url).href, export: 'openStore', options: place },
  capabilities: { durable: true, multiProcess: true, ttl: true, list: true, transactions: true },
})

for (const sequelize of opened) await sequelize.close()
rmSync(temporary, { recursive: true })
const { adapter, passed, failed, skipped } = report
for (const { id, error } of report.cases.filter(({ status }) => status === 'fail')) console.error(`${id}\n${error}\n`)
console.log(`${adapter}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exit(report.ok ? 0 : 1)
