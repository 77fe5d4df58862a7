import type { LongCall } from '../call/long-call.ts'
import { SessionStore } from '../session/session-store.ts'
import type { ChangeConditions, CommitResult, HistoryChange } from '../store/history-change.ts'
import type { LeaseResult, LeaseSwap } from '../store/lease-row.ts'
import type { EntryQuery, RecordEntryPage } from '../store/record-entry.ts'
import type { KeptOperation, RestoredSession, RestoreResult } from '../store/restored-session.ts'
import type { ListedSession, SessionFilter, SessionInfo } from '../store/session-filter.ts'
import type { ListingOptions, ReadOptions, RecordPage } from '../store/store-hooks.ts'

/** What can be made to fail or to wait. */
export type FaultyOperation = 'read' | 'commit' | 'info' | 'list' | 'delete'

interface Fault {
  operation: FaultyOperation
  before: () => Promise<void> | void
  after: () => Promise<void> | void
}

/**
 * A store around another one that fails or waits when told, once for each time it is told, in that order. Everything else
 * passes through. Closing it leaves the other store open.
 */
export class FaultyStore extends SessionStore {
  readonly #store: SessionStore
  readonly #faults: Fault[] = []

  constructor(store: SessionStore) {
    super()
    this.#store = store
  }

  /** The next such call throws `error` and does nothing: the backend could not be reached. */
  failBefore(operation: FaultyOperation, error: unknown): void {
    this.#faults.push({ operation, before: () => fail(error), after: nothing })
  }

  /** The next such call does its work and throws `error` all the same: the acknowledgement was lost. */
  failAfter(operation: FaultyOperation, error: unknown): void {
    this.#faults.push({ operation, before: nothing, after: () => fail(error) })
  }

  /** The next such call waits before its work until it is released. */
  hold(operation: FaultyOperation): { entered: Promise<void>; release: () => void } {
    const entered = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const before = (): Promise<void> => {
      entered.resolve()
      return released.promise
    }
    this.#faults.push({ operation, before, after: nothing })
    return { entered: entered.promise, release: () => released.resolve() }
  }

  protected _read(sessionId: string, limit: number | undefined, options: ReadOptions = {}): Promise<string[]> {
    return this.#through('read', () => this.#store.records.read(sessionId, limit, options))
  }

  protected _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    return this.#through('commit', () => this.#store.records.commit(sessionId, change))
  }

  protected override _page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage> {
    return this.#through('read', () => this.#store.records.page(sessionId, cursor, size))
  }

  protected override _entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
    return this.#through('read', () => this.#store.records.entries(sessionId, query))
  }

  protected override _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
    return this.#through('commit', () => this.#store.moves.restore(sessions))
  }

  protected override _operations(sessionId: string): Promise<KeptOperation[]> {
    return this.#through('read', () => this.#store.moves.operations(sessionId))
  }

  protected override _lease(sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult> {
    return this.#store.records.lease(sessionId, swap)
  }

  protected override _watch(sessionId: string, onChange: () => void): Promise<() => void> {
    return this.#store.records.watch(sessionId, onChange)
  }

  protected override _beneath(): SessionStore {
    return this.#store
  }

  protected _info(sessionId: string, options: ReadOptions = {}): Promise<SessionInfo | undefined> {
    return this.#through('info', () => this.#store.records.info(sessionId, options))
  }

  protected async *_list(filter: SessionFilter, options: ListingOptions = {}): AsyncIterable<ListedSession> {
    yield* await this.#through('list', async () => this.#store.listSessions(filter, options))
  }

  protected _delete(sessionId: string, unchangedSince?: Date, lease?: string): Promise<boolean> {
    const options = { ...(unchangedSince !== undefined && { unchangedSince }), ...(lease !== undefined && { lease }) }
    return this.#through('delete', () => this.#store.records.delete(sessionId, options))
  }

  protected override _supports(condition: keyof ChangeConditions): boolean {
    return this.#store.records.supports(condition)
  }

  protected override _purgeExpired(call: LongCall): Promise<number> {
    return this.#store.purgeExpired(call.passedOn())
  }

  async #through<T>(operation: FaultyOperation, work: () => Promise<T>): Promise<T> {
    const index = this.#faults.findIndex((fault) => fault.operation === operation)
    const [fault] = index < 0 ? [] : this.#faults.splice(index, 1)
    await fault?.before()
    const result = await work()
    await fault?.after()
    return result
  }
}

function fail(error: unknown): never {
  throw error
}

function nothing(): void {}
