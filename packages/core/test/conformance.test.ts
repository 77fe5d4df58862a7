import { MemorySession, MemoryStore, SessionError } from '@sessions/core'
import { CaseSkipped, type StoreHarness } from '@sessions/core/conformance'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { FaultyStore, ManualClock } from '@sessions/core/testing'

const clock = new ManualClock()
const reports = '.conformance'
const timeoutMs = 300_000

describeConformance(
  {
    name: 'MemoryStore',
    open: async () => new MemoryStore({ ttl: 3_600, clock }),
    reset: async () => {},
    advance: async (ms) => clock.advance(ms),
    capabilities: { durable: false, multiProcess: false, ttl: true, list: true, transactions: true },
  },
  // As deep as one likes where a step takes microseconds.
  { reports, timeoutMs, steps: 5_000 },
)

describeConformance(
  {
    name: 'MemorySession',
    openSession: async (sessionId) => new MemorySession({ sessionId }),
    reset: async () => {},
    capabilities: { durable: false, transactions: true },
  },
  { reports, timeoutMs },
)

describeConformance(faultyHarness(), { reports, timeoutMs })

/** A store whose driver can fail where a wrapper can make it fail: before a commit and after it. */
function faultyHarness(): StoreHarness {
  let newest: FaultyStore | undefined
  return {
    name: 'FaultyStore (MemoryStore)',
    open: async () => {
      newest = new FaultyStore(new MemoryStore({ ttl: 3_600, clock }))
      return newest
    },
    reset: async () => {},
    advance: async (ms) => clock.advance(ms),
    failNextCommit: (fault) => {
      if (fault === 'middle') throw new CaseSkipped('a wrapper cannot fail in the middle of a commit')
      const cause = new Error('ECONNRESET')
      const ambiguous = fault === 'after'
      const error = new SessionError('SESSION_UNAVAILABLE', 'The connection was lost.', { cause, ambiguous })
      if (ambiguous) newest?.failAfter('commit', error)
      else newest?.failBefore('commit', error)
    },
    capabilities: { durable: false, multiProcess: false, ttl: true, list: true, transactions: true },
  }
}
