import { describeConformance } from '@sessions/core/conformance/vitest'
import { ManualClock } from '@sessions/core/testing'
import { SQLiteStore } from '@sessions/sqlite'

const clock = new ManualClock()

describeConformance(
  {
    name: "SQLiteStore (a branch of Python's)",
    open: async () => new SQLiteStore({ branch: 'main', ttl: 3_600, clock }),
    reset: async () => {},
    advance: async (ms) => clock.advance(ms),
    capabilities: { durable: false, multiProcess: false, ttl: true, list: true, transactions: true },
  },
  { timeoutMs: 300_000, steps: 200, ...(process.env.SESSIONS_TEST_FAULTS !== 'all' && { only: 'model/' }) },
)
