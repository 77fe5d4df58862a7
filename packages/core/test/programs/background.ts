import { MemoryStore } from '@sessions/core'
import type { StoreHarness } from '@sessions/core/conformance'

/** Fails to close, in a promise that it drops. */
class FailsToClose extends MemoryStore {
  protected override async _close(): Promise<void> {
    void Promise.reject(new Error('The socket is gone.'))
  }
}

let first = true

/** Sets a timer with the first commit, which throws while later cases run. */
class FailsLater extends MemoryStore {
  protected override async _open(): Promise<void> {
    const fail = (): void => {
      throw new Error('Nobody waits for this.')
    }
    if (first) setTimeout(fail, 30)
    first = false
  }
}

function harness(name: string, Store: typeof MemoryStore): StoreHarness {
  return {
    name,
    open: async () => new Store(),
    reset: async () => {},
    capabilities: { durable: false, multiProcess: false, ttl: false, list: true, transactions: true },
  }
}

/** Stores whose cases fail where nobody awaits anything. */
export default [harness('fails to close', FailsToClose), harness('fails later', FailsLater)]
