import { rmSync } from 'node:fs'
import { MemorySession as SDKMemorySession } from '@openai/agents'
import { type AgentInputItem, MemoryStore, SessionError, type StoredSession } from '@sessions/core'
import { CaseSkipped, type SessionHarness } from '@sessions/core/conformance'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { FaultyStore, ManualClock } from '@sessions/core/testing'
import { EncryptedSession, EncryptedStore, type EncryptionOptions } from '@sessions/encrypted'
import { SQLiteStore } from '@sessions/sqlite'
import { leftOut } from '@sessions/test-servers'
import { type Backend, certify } from './support/certify.ts'
import { sharedFolder } from './support/folder.ts'
import { testKey } from './support/keys.ts'

const clock = new ManualClock()
const path = sharedFolder('conformance.db')
const removeFiles = async (): Promise<void> => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}
const advance = async (ms: number): Promise<void> => clock.advance(ms)
const worker = { module: new URL('./open.ts', import.meta.url).href, export: 'openSQLite', options: { path } }

const backends: readonly Backend[] = [
  {
    name: 'MemoryStore',
    open: () => new MemoryStore({ ttl: 3_600, clock }),
    reset: async () => {},
    advance,
    capabilities: { durable: false, multiProcess: false, ttl: true, list: true, transactions: true },
  },
  {
    name: 'SQLiteStore',
    open: () => new SQLiteStore({ path, ttl: 3_600, clock }),
    reset: removeFiles,
    advance,
    worker,
    capabilities: { durable: true, multiProcess: true, ttl: true, list: true, transactions: true },
  },
]

/** An item ttl beyond any that a backend has: what expires in these cases are sessions. */
const variants: Readonly<Record<string, Omit<EncryptionOptions, 'clock'>>> = {
  '': { encryptionKey: testKey() },
  ' with an item ttl': { encryptionKey: testKey(), ttl: 1_000_000 },
  " in Python's format": { encryptionKey: testKey(), format: 'python' },
}

/** Python's format binds to ids of up to 64 bytes. */
const longIds = ['identity/byte-for-byte', 'identity/no-reach', 'identity/session-id']

for (const backend of backends) {
  for (const [variant, options] of Object.entries(variants)) {
    // The workers open the store in their own way, so they go with the first variant only.
    if (variant !== '' && backend.worker !== undefined) continue
    // The first has long histories, and the files the processes; the others are variants of them.
    const share = variant === '' ? (backend.worker ? leftOut('server') : []) : leftOut('client')
    const except = [...share, ...(options.format === 'python' ? longIds : [])]
    certify(backend, { variant, options: { ...options, clock }, except })
  }
}

let sessions = new Map<string, SDKMemorySession>()
let memory = new MemoryStore()

const sessionHarnesses: readonly SessionHarness[] = [
  {
    name: 'EncryptedSession around a StoredSession',
    openSession: async (sessionId) => {
      return new EncryptedSession({ underlyingSession: memory.session(sessionId), encryptionKey: testKey() })
    },
    reset: async () => {
      memory = new MemoryStore()
    },
    capabilities: { durable: false, shared: true, transactions: true },
  },
  {
    name: "EncryptedSession around the SDK's MemorySession",
    openSession: async (sessionId) => {
      // The SDK makes an id up where it is given none.
      const underlyingSession = sessions.get(sessionId) ?? new SDKMemorySession({ sessionId: sessionId ?? '' })
      sessions.set(sessionId, underlyingSession)
      return new EncryptedSession({ underlyingSession, encryptionKey: testKey() })
    },
    reset: async () => {
      sessions = new Map()
    },
    capabilities: { durable: false, shared: true, transactions: true },
  },
]

for (const harness of sessionHarnesses) describeConformance(harness, { reports: '.conformance', timeoutMs: 300_000 })

/** The abilities beyond the SDK's are for stores in the kit; here the sessions of one encrypt each for itself. */
class EncryptingMemoryStore extends MemoryStore {
  override session<TItem extends object = AgentInputItem>(id: string): StoredSession<TItem> {
    const session = new EncryptedSession({ underlyingSession: super.session(id), encryptionKey: testKey() })
    return session as object as StoredSession<TItem>
  }
}

for (const only of ['entries/', 'turns/', 'rewind/', 'replace/', 'update/', 'exclusive/', 'watch/']) {
  describeConformance(
    {
      name: `EncryptedSession, of which a store has many (${only})`,
      open: () => Promise.resolve(new EncryptingMemoryStore({ clock })),
      reset: async () => {},
      advance,
      capabilities: { durable: false, multiProcess: false, ttl: true, list: true, transactions: true },
    },
    { only },
  )
}

let failing: FaultyStore | undefined

describeConformance(
  {
    name: 'EncryptedStore over a store that fails',
    open: async () => {
      failing = new FaultyStore(new MemoryStore())
      return new EncryptedStore({ store: failing, ownsStore: true, encryptionKey: testKey() })
    },
    reset: async () => {},
    failNextCommit: (fault) => {
      if (fault === 'middle') throw new CaseSkipped('what is written at once is for the store beneath')
      const cause = new Error('ECONNRESET')
      const ambiguous = fault === 'after'
      const error = new SessionError('SESSION_UNAVAILABLE', 'The connection was lost.', { cause, ambiguous })
      if (ambiguous) failing?.failAfter('commit', error)
      else failing?.failBefore('commit', error)
    },
    capabilities: { durable: false, multiProcess: false, ttl: false, list: true, transactions: true },
  },
  { reports: '.conformance', timeoutMs: 300_000, only: 'faults/' },
)
