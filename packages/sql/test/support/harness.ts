import { CaseSkipped, type CommitFault, type SessionHarness, type StoreHarness } from '@sessions/core/conformance'
import { SQLSession, SQLStore } from '@sessions/sql'
import { type Match, startProxy } from '@sessions/test-servers'
import { afterAll } from 'vitest'
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

/** An item, whose quotes are escaped where it goes in an array. */
const isMessage = (bytes: Buffer): boolean => /role\W+user/.test(bytes.toString('latin1'))
const isCommit = (bytes: Buffer): boolean => /COMMIT\0?$/.test(bytes.toString('latin1'))

/** The commit of a transaction that holds an item: of others there may be some under way, too. */
function commitOfMessage(): Match {
  const withMessage = new WeakSet<object>()
  return (bytes, connection) => {
    if (isMessage(bytes)) withMessage.add(connection)
    return withMessage.has(connection) && isCommit(bytes)
  }
}

/** A harness whose connections break where a commit is to fail. On Postgres an append is one statement, with its commit. */
export async function brokenHarness(name: string, url: string): Promise<StoreHarness> {
  const { hostname, port, protocol } = new URL(url)
  const proxy = await startProxy({ host: hostname, port: Number(port) })
  const inOne = protocol === 'postgres:'
  const places: Record<CommitFault, () => Promise<void>> = {
    before: () => proxy.cutRequest(isMessage),
    middle: () => proxy.cutRequest(commitOfMessage()),
    after: () => proxy.cutAnswer(inOne ? isMessage : commitOfMessage()),
  }
  /** Each cut must have come before the next case: one that nothing set off has tested nothing. */
  let cut = Promise.resolve()
  afterAll(async () => {
    await cut
    await proxy.stop()
  })
  const { reset, ...direct } = storeHarness(name, [url])
  return {
    ...direct,
    open: async () => new SQLStore({ url: proxy.url(url), createTables: true }),
    reset: async () => {
      await cut
      await reset()
    },
    failNextCommit: (fault) => {
      if (fault === 'middle' && inOne) throw new CaseSkipped('an append is one statement')
      cut = places[fault]()
    },
    capabilities: { durable: true, multiProcess: false, ttl: false, list: true, transactions: true },
  }
}
