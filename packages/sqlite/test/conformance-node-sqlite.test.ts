import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'
import { leftOut } from '@sessions/test-servers'
import { afterAll } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sessions-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'conformance.db')
const driver = 'node:sqlite'
const clock = new ManualClock()

describeConformance(
  {
    name: 'SQLiteStore (node:sqlite)',
    open: async () => new SQLiteStore({ path, driver, ttl: 3_600, clock }),
    reset: async () => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    },
    advance: async (ms) => clock.advance(ms),
    worker: { module: new URL('./open.ts', import.meta.url).href, export: 'openStore', options: { path, driver } },
    capabilities: { durable: true, multiProcess: true, ttl: true, list: true, transactions: true },
  },
  // The statements and the files are those of better-sqlite3.
  { reports: '.conformance', timeoutMs: 300_000, except: leftOut('client') },
)
