import { MemoryStore } from '@sessions/core'
import type { StoreHarness } from '@sessions/core/conformance'

/** Loses the oldest of three items. */
class ForgetfulStore extends MemoryStore {
  protected override async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    return (await super._read(sessionId, limit)).slice(-2)
  }
}

function harness(name: string, Store: typeof MemoryStore): StoreHarness {
  return {
    name,
    version: '1.2.3',
    open: async () => new Store(),
    reset: async () => {},
    capabilities: { durable: false, multiProcess: false, ttl: false, list: true, transactions: true },
  }
}

/** What `sessions-conformance` is given in the tests. */
export default async (): Promise<StoreHarness[]> => [
  harness('Right & <good>', MemoryStore),
  harness('forgetful', ForgetfulStore),
]
