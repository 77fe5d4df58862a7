import { MemorySession, MemoryStore } from '@sessions/core'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { ManualClock } from '@sessions/core/testing'

const clock = new ManualClock()
const reports = '.conformance'

describeConformance(
  {
    name: 'MemoryStore',
    open: async () => new MemoryStore({ ttl: 3_600, clock }),
    reset: async () => {},
    advance: async (ms) => clock.advance(ms),
    capabilities: { durable: false, multiProcess: false, ttl: true, list: true, transactions: true },
  },
  { reports },
)

describeConformance(
  {
    name: 'MemorySession',
    openSession: async (sessionId) => new MemorySession({ sessionId }),
    reset: async () => {},
    capabilities: { durable: false, transactions: true },
  },
  { reports },
)
