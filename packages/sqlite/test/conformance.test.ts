import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CaseSkipped } from '@sessions/core/conformance'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { ManualClock } from '@sessions/core/testing'
import { SQLiteSession, SQLiteStore } from '@sessions/sqlite'
import Database from 'better-sqlite3'
import { afterAll } from 'vitest'
import { FailingDatabase } from './support/failing-database.ts'

const folder = mkdtempSync(join(tmpdir(), 'sessions-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'conformance.db')
const reset = async (): Promise<void> => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}
const clock = new ManualClock()
const advance = async (ms: number): Promise<void> => clock.advance(ms)
const store = { ttl: true, list: true, transactions: true }
const reports = '.conformance'
const timeoutMs = 300_000
const worker = { module: new URL('./open.ts', import.meta.url).href, export: 'openStore', options: { path } }

describeConformance(
  {
    name: 'SQLiteStore (file)',
    open: async () => new SQLiteStore({ path, ttl: 3_600, clock }),
    reset,
    advance,
    worker,
    capabilities: { durable: true, multiProcess: true, ...store },
  },
  { reports, timeoutMs },
)

describeConformance(
  {
    name: 'SQLiteStore (memory)',
    open: async () => new SQLiteStore({ ttl: 3_600, clock }),
    reset: async () => {},
    advance,
    capabilities: { durable: false, multiProcess: false, ...store },
  },
  { reports, timeoutMs, steps: 5_000 },
)

describeConformance(
  {
    name: 'SQLiteSession',
    openSession: async (sessionId) => new SQLiteSession({ sessionId, path }),
    reset,
    capabilities: { durable: true, transactions: true },
  },
  { reports, timeoutMs },
)

let failing = new FailingDatabase(new Database(':memory:'))

for (const [name, only, transaction] of [
  ['a disk that fails', 'faults/', 1],
  // The first call of a turn is by itself; what comes beside it is the second transaction.
  ['a disk that fails in a group', 'bursts/fault', 2],
] as const) {
  describeConformance(
    {
      name: `SQLiteStore (${name})`,
      open: async () => new SQLiteStore({ database: failing.database }),
      reset: async () => {
        failing.assertFailed()
        failing = new FailingDatabase(new Database(':memory:'))
      },
      failNextCommit: (fault) => {
        if (fault === 'after') throw new CaseSkipped('SQLite runs in the process: no answer can be lost')
        failing.failNext(fault, transaction)
      },
      capabilities: { durable: true, multiProcess: false, ttl: false, list: true, transactions: true },
    },
    { reports, timeoutMs, only },
  )
}
