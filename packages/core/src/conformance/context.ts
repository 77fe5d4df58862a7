import { firstFailure } from '../call/first-failure.ts'
import type { SessionStore } from '../session/session-store.ts'
import type { StoredSession } from '../session/stored-session.ts'
import { CaseSkipped } from './case-skipped.ts'
import {
  type Capability,
  type CommitFault,
  capabilitiesOf,
  type Harness,
  isStoreHarness,
  type OptionalMethod,
  type ProbedSession,
  type StoreHarness,
  type WorkerSource,
} from './harness.ts'
import type { Item, ItemSession } from './item.ts'
import { leaveWorker, takeWorkers } from './kept-workers.ts'
import { startWorkers, type WorkerProcess } from './processes.ts'
import { createRandom, type Random } from './random.ts'

/** What one run of one case works with. Whatever it opens is closed when the case ends. */
export class CaseContext {
  readonly seed: number
  readonly steps: number
  readonly random: Random
  readonly #harness: Harness
  readonly #closers: (() => Promise<void>)[] = []
  readonly #sessions = new Map<string, Promise<ProbedSession>>()
  #store: Promise<SessionStore> | undefined
  #ids = 0

  constructor(harness: Harness, seed: number, steps: number) {
    this.#harness = harness
    this.seed = seed
    this.steps = steps
    this.random = createRandom(seed)
  }

  /** A session id that this case has not used. */
  id(): string {
    this.#ids++
    return `session-${this.#ids}`
  }

  /** A handle: of a store harness, always on the same store; of sessions that are not shared, always the same one. */
  async session(...given: [sessionId?: string]): Promise<ItemSession> {
    const sessionId = given.length === 0 ? this.id() : (given[0] as string)
    return (await this.#open(sessionId)) as unknown as ItemSession
  }

  /** A handle with optional methods. Skips the case where the class has none, which only a session harness may. */
  async sessionWith<M extends OptionalMethod>(
    methods: readonly M[],
    sessionId: string = this.id(),
  ): Promise<ItemSession & Pick<StoredSession<Item>, M>> {
    const session = await this.#open(sessionId)
    const missing = methods.find((method) => typeof session[method] !== 'function')
    if (missing !== undefined) throw new CaseSkipped(`the session has no ${missing}()`)
    return session as unknown as ItemSession & Pick<StoredSession<Item>, M>
  }

  /** The store that this case's sessions live in. */
  store(): Promise<SessionStore> {
    this.#store ??= this.anotherStore()
    return this.#store
  }

  /** Whether the harness declares it. */
  has(capability: Capability): boolean {
    return capabilitiesOf(this.#harness)[capability] === true
  }

  /** Closes the store, and opens another on the same storage. Does nothing where that would lose what is stored. */
  async reopen(): Promise<void> {
    if (!isStoreHarness(this.#harness) || !this.has('durable')) return
    await (await this.store()).close()
    this.#store = undefined
  }

  /** One more instance on the same storage; beside another that is open, needs `shared`. */
  async anotherStore(): Promise<SessionStore> {
    const store = await this.#storeHarness().open()
    if (!isStore(store)) throw new TypeError(notAStore(store))
    this.#closers.push(() => store.close())
    return store
  }

  /** Time passes for the store. */
  async advance(ms: number): Promise<void> {
    const { advance } = this.#storeHarness()
    if (advance === undefined) throw new Error('The harness declares ttl, so it needs advance().')
    await advance.call(this.#harness, ms)
  }

  /** The next commit of the store meets this fault. Skips the case where the harness has none to offer. */
  async failNextCommit(fault: CommitFault): Promise<void> {
    const { failNextCommit } = this.#storeHarness()
    if (failNextCommit === undefined) throw new CaseSkipped('the harness has no failNextCommit()')
    await failNextCommit.call(this.#harness, fault)
  }

  /** Child processes that open the storage when they are first told what to do. */
  async workers(count: number): Promise<WorkerProcess[]> {
    const source = this.#workerSource()
    const workers = await takeWorkers(source, count)
    this.#closers.push(...workers.map((worker) => () => leaveWorker(source, worker)))
    return workers
  }

  /** Child processes that were never told anything: to be killed, also in their first use of the storage. */
  async newWorkers(count: number): Promise<WorkerProcess[]> {
    const workers = await startWorkers(this.#workerSource(), count)
    this.#closers.push(...workers.map((worker) => () => worker.stop()))
    return workers
  }

  /** Forgets everything stored, once more. */
  async reset(): Promise<void> {
    await this.#harness.reset()
  }

  /** Closes everything, also where one thing fails to or hangs. @throws what failed first */
  async closeAll(): Promise<void> {
    await firstFailure(this.#closers.splice(0).map((close) => close()))
  }

  async #open(sessionId: string): Promise<ProbedSession> {
    if (isStoreHarness(this.#harness)) return (await this.store()).session(sessionId)
    const opened = this.has('shared') ? undefined : this.#sessions.get(sessionId)
    if (opened !== undefined) return await opened
    const opening: Promise<ProbedSession> = this.#harness.openSession(sessionId)
    this.#sessions.set(sessionId, opening)
    const session = await opening
    this.#closers.push(async () => session.close?.())
    return session
  }

  #workerSource(): WorkerSource {
    const { worker } = this.#storeHarness()
    if (worker === undefined) throw new CaseSkipped('the harness has no worker')
    return worker
  }

  #storeHarness(): StoreHarness {
    if (!isStoreHarness(this.#harness)) throw new Error('This case needs a store harness.')
    return this.#harness
  }
}

/** By shape: it may be of another copy of this package. */
function isStore(given: Partial<SessionStore> | undefined): boolean {
  return typeof given?.records?.commit === 'function' && typeof given.session === 'function'
}

function notAStore(given: unknown): string {
  const what = given instanceof Object ? `a ${given.constructor?.name}` : String(given)
  return `open() of the harness gave ${what}, which extends no SessionStore.`
}
