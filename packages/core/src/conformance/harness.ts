import type { JSONValue } from '../codec/json.ts'
import type { Session } from '../session/session.ts'
import type { SessionStore } from '../session/session-store.ts'
import type { StoredSession } from '../session/stored-session.ts'

/** A store to certify. What it declares is tested; what it does not declare is tested to be absent. */
export interface StoreHarness {
  name: string
  /** The version of what is certified, for the report. */
  version?: string
  /** A new instance on the harness's storage. */
  open(): Promise<SessionStore>
  /** Forgets everything stored. Called before each case. */
  reset(): Promise<void>
  capabilities: {
    /** What was written is there for the next instance, after a restart, and after the writer was killed. */
    durable: boolean
    /**
     * Instances of one process that are open at the same time see the same data. Default: as `durable`. Instances that share
     * memory share and are not durable; a file that one instance at a time may open is durable and not shared.
     */
    shared?: boolean
    /** Several processes may use the storage at once; needs `shared` and a `worker`. */
    multiProcess: boolean
    /** The stores of `open` were given a ttl; needs `advance`. */
    ttl: boolean
    /** `listSessions` and what is built on it. */
    list: boolean
    /** The SDK's history transactions. */
    transactions: boolean
  }
  /**
   * Time passes for the store: moves an injected clock, or shortens what the backend holds. `ms` is negative where the clock
   * is set back; throw a {@link CaseSkipped} where that cannot be.
   */
  advance?(ms: number): Promise<void>
  /**
   * Makes the driver fail in the next commit, once. Throw a {@link CaseSkipped} for a fault that it cannot have. Without this,
   * faults are not tested. An adapter may try again by itself, so the kit cannot see whether the fault came: where you can, let
   * the next `reset` reject if it did not.
   */
  failNextCommit?(fault: CommitFault): Promise<void> | void
  /** How a child process opens the same storage. Without it, nothing is killed and `durable` is only half tested. */
  worker?: WorkerSource
}

/** Before anything reached the backend; with part of the write done; with all done and the answer lost. */
export type CommitFault = 'before' | 'middle' | 'after'

/**
 * A module, by its `file:` URL or absolute path, whose exported function is called with `options`, once for each time that a
 * process opens the storage, and gives a store on the
 * harness's storage.
 */
export interface WorkerSource {
  module: string
  export: string
  options?: JSONValue
}

/** A class of sessions to certify: a subclass of `Session`, a wrapper, the SDK's own. */
export interface SessionHarness {
  name: string
  version?: string
  openSession(sessionId: string): Promise<SessionUnderTest>
  /** Forgets everything stored. Called before each case. */
  reset(): Promise<void>
  capabilities: {
    /** What was written outlasts the process. */
    durable: boolean
    /** Every handle of one id sees the same data. Default: as `durable`. */
    shared?: boolean
    /** The SDK's history transactions. */
    transactions: boolean
  }
  /**
   * What a class that is not yours to change does otherwise: a reason for each case, by its id. The case counts as skipped, with
   * that reason, where it fails, and as failed where it passes: so the list says no more than is so.
   */
  differences?: Readonly<Record<string, string>>
}

/** What the kit can certify. */
export type Harness = StoreHarness | SessionHarness

/** What every session has. What it may have beyond that, the SDK finds by its presence, and so does the kit. */
export type SessionUnderTest = Pick<Session, 'getSessionId' | 'getItems' | 'addItems' | 'popItem' | 'clearSession'>

/** A session that may have any of them. */
export type ProbedSession = SessionUnderTest & Partial<Pick<StoredSession, OptionalMethod | 'close'>>

/** Methods that a session may have beyond those that every session has. */
export type OptionalMethod =
  | 'applyHistoryTransaction'
  | 'applyHistoryMutations'
  | 'replaceHistoryWithCompaction'
  | 'items'
  | 'info'
  | 'setMetadata'
  | 'delete'

/** What a case may need of a harness. */
export type Capability = keyof StoreHarness['capabilities']

/** What a harness declares, with what follows from it; `undefined` for what its kind has no say in. */
export function capabilitiesOf(harness: Harness): Partial<Record<Capability, boolean>> {
  const { durable, shared = durable } = harness.capabilities
  return { ...harness.capabilities, shared }
}

export function isStoreHarness(harness: Harness): harness is StoreHarness {
  return 'open' in harness
}

const storeCapabilities = ['durable', 'multiProcess', 'ttl', 'list', 'transactions'] as const
const sessionCapabilities = ['durable', 'transactions'] as const

/** @throws TypeError for what would make a verdict worthless: a capability left open, or declared without what it needs */
export function assertHarness(harness: Harness): void {
  const store = isStoreHarness(harness)
  const functions = store ? (['open', 'reset'] as const) : (['openSession', 'reset'] as const)
  for (const name of functions) {
    if (typeof (harness as unknown as Record<string, unknown>)[name] !== 'function') {
      throw new TypeError(`A conformance harness needs the function ${name}.`)
    }
  }
  const declared: Record<string, unknown> = { ...harness.capabilities }
  for (const name of store ? storeCapabilities : sessionCapabilities) {
    if (typeof declared[name] !== 'boolean')
      throw new TypeError(`The harness must declare capabilities.${name}, true or false.`)
  }
  if (declared.shared !== undefined && typeof declared.shared !== 'boolean') {
    throw new TypeError('capabilities.shared must be true or false, or left out.')
  }
  if (!store) {
    assertDifferences(harness.differences ?? {})
    return
  }
  if (harness.capabilities.multiProcess && harness.worker === undefined) {
    throw new TypeError('A harness that declares multiProcess needs a worker.')
  }
  if (harness.capabilities.multiProcess && capabilitiesOf(harness).shared !== true) {
    throw new TypeError('A harness that declares multiProcess must not declare shared false.')
  }
  if (harness.capabilities.ttl && harness.advance === undefined) {
    throw new TypeError('A harness that declares ttl needs advance().')
  }
}

function assertDifferences(differences: Readonly<Record<string, unknown>>): void {
  for (const [id, reason] of Object.entries(differences)) {
    if (typeof reason === 'string' && reason.trim() !== '') continue
    throw new TypeError(`differences[${JSON.stringify(id)}] must say what is different.`)
  }
}
