import { AsyncLocalStorage } from 'node:async_hooks'
import { MemoryStore } from '@sessions/core'
import type { StoreHarness } from '@sessions/core/conformance'

/** Fails to close, in a promise that it drops. */
class FailsToClose extends MemoryStore {
  protected override async _close(): Promise<void> {
    void Promise.reject(new Error('The socket is gone.'))
  }
}

let cases = 0
/** Runs work as something that the first case set off. */
let withinFirst = (work: () => unknown): unknown => work()

/** Called as each case begins: what the first one set off throws while the second one runs. */
async function failLater(): Promise<void> {
  const fail = (): void => {
    throw new Error('Nobody waits for this.')
  }
  cases++
  if (cases === 1) withinFirst = AsyncLocalStorage.snapshot()
  if (cases === 2) withinFirst(() => setImmediate(fail))
}

function harness(name: string, Store: typeof MemoryStore, reset: () => Promise<void> = async () => {}): StoreHarness {
  return {
    name,
    open: async () => new Store(),
    reset,
    capabilities: { durable: false, multiProcess: false, ttl: false, list: true, transactions: true },
  }
}

/** Stores whose cases fail where nobody awaits anything. */
export default [harness('fails to close', FailsToClose), harness('fails later', MemoryStore, failLater)]
