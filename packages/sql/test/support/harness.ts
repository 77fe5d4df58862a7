import type { SessionHarness, StoreHarness } from '@sessions/core/conformance'
import { SQLSession, SQLStore } from '@sessions/sql'
import { Admin } from './admin.ts'

/** A harness on a database; with several urls, each leads to it through another node, and stores take turns. */
export function storeHarness(name: string, urls: readonly [string, ...string[]]): StoreHarness {
  const admin = new Admin(urls[0])
  let opened = 0
  return {
    name,
    open: async () => {
      opened++
      return new SQLStore({ url: urls[opened % urls.length] ?? '', createTables: true, ttl: 3_600 })
    },
    reset: () => admin.empty(),
    advance: (ms) => admin.moveBack(ms),
    worker: { module: new URL('../open.ts', import.meta.url).href, export: 'openStore', options: { urls: [...urls] } },
    capabilities: { durable: true, multiProcess: true, ttl: true, list: true, transactions: true },
  }
}

/** The same for sessions that open the database by themselves. */
export function sessionHarness(name: string, url: string): SessionHarness {
  const admin = new Admin(url)
  return {
    name,
    openSession: async (sessionId) => new SQLSession({ sessionId, url, createTables: true }),
    reset: () => admin.empty(),
    capabilities: { durable: true, transactions: true },
  }
}
