import type { Clock } from '../call/clock.ts'
import { yieldIfLong } from '../call/event-loop.ts'
import type { LongCall } from '../call/long-call.ts'
import { checkOperationTtl, type OperationOptions } from '../call/operation-ttl.ts'
import { assertOptions, checkClock, checkTTL, type OptionTypes } from '../call/validate.ts'
import { SessionStore } from '../session/session-store.ts'
import { type ForkRequest, type ForkResult, forkMetadata } from '../store/fork-request.ts'
import { type CommitResult, type HistoryChange, writes } from '../store/history-change.ts'
import type { LeaseResult, LeaseSwap } from '../store/lease-row.ts'
import { byListingOrder } from '../store/listing-order.ts'
import type { EntryQuery, RecordEntryPage } from '../store/record-entry.ts'
import type { KeptOperation, RestoredSession, RestoreResult } from '../store/restored-session.ts'
import { matchesFilter, type SessionFilter, type SessionInfo } from '../store/session-filter.ts'
import type { RecordPage } from '../store/store-hooks.ts'
import { Leases } from './leases.ts'
import { RecordLog } from './record-log.ts'
import { refusalOf, SessionState } from './session-state.ts'

/** How long sessions live, and by which clock. */
export interface MemoryStoreOptions extends OperationOptions {
  /** Seconds after which a session that is not written is gone. Default: never. */
  ttl?: number
  /** For tests. Default: the time of the machine. */
  clock?: Clock
}

export const memoryTypes: OptionTypes = { ttl: 'number', operationTtl: 'number', clock: 'object' }

/**
 * Sessions in the memory of the process: the reference implementation, for tests and for what need not last.
 *
 * @example
 * const store = new MemoryStore({ ttl: 3600 }) // seconds
 * await store.session('user_123').addItems([{ role: 'user', content: 'Hello' }])
 */
export class MemoryStore extends SessionStore {
  readonly #sessions = new Map<string, SessionState>()
  readonly #leases: Leases = new Leases(() => this.#now())
  readonly #clock: Clock
  readonly #ttl: number | undefined
  readonly #operationMs: number

  constructor(options: MemoryStoreOptions = {}) {
    assertOptions('MemoryStore', options, memoryTypes)
    super()
    this.#clock = checkClock(options.clock)
    const ttl = checkTTL(options.ttl)
    this.#ttl = ttl === undefined ? undefined : ttl * 1000
    this.#operationMs = checkOperationTtl(options.operationTtl)
  }

  protected async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    return this.#live(sessionId)?.log.newest(limit) ?? []
  }

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const found = this.#live(sessionId)
    if (change.maintain !== undefined) {
      return found?.log.maintain(change.maintain) ? { status: 'applied', dropped: [] } : { status: 'conflict' }
    }
    found?.operations.forget(this.#now())
    const refusal = refusalOf(found, change, (token) => this.#leases.isHeld(sessionId, token))
    if (refusal !== undefined) return { status: refusal }
    if (found === undefined && !writes(change)) return { status: 'applied', dropped: [] }
    const state = found ?? new SessionState(this.#now(), this.#operationMs)
    const { updatedAt } = state
    const { dropped, isGone } = state.apply(change, this.#now())
    // Last in the map, which so stays in the order in which it is listed.
    if (state.updatedAt !== updatedAt || isGone) this.#sessions.delete(sessionId)
    if (state.updatedAt !== updatedAt) state.ttlMs = this.#ttl ?? state.ttlMs
    if (!isGone) this.#sessions.set(sessionId, state)
    return { status: 'applied', dropped }
  }

  protected override _supports(): boolean {
    return true
  }

  protected override async _entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
    return (this.#live(sessionId)?.log ?? new RecordLog()).page(query)
  }

  protected override async _fork({ from, to, upTo, metadata }: ForkRequest): Promise<ForkResult> {
    const source = this.#live(from)
    if (this.#live(to) !== undefined) return 'exists'
    const log = source?.log.fork(upTo)
    if (source === undefined || log === undefined) return 'absent'
    const fork = new SessionState(this.#now(), this.#operationMs, log)
    fork.apply({ metadata: forkMetadata({ from, metadata }, Object.fromEntries(source.metadata)) }, this.#now())
    fork.ttlMs = this.#ttl
    this.#sessions.set(to, fork)
    return 'forked'
  }

  protected override async _restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
    return sessions.map((session) => {
      const { sessionId, over } = session
      const found = this.#live(sessionId)
      if (over === undefined ? found !== undefined : found?.isStill(over) !== true) return 'conflict'
      const state = (over?.keeps === true && found) || new SessionState(this.#now(), this.#operationMs)
      state.restore(session)
      this.#sessions.set(sessionId, state)
      return 'restored'
    })
  }

  protected override async _operations(sessionId: string): Promise<KeptOperation[]> {
    const operations = this.#live(sessionId)?.operations
    operations?.forget(this.#now())
    return operations?.kept() ?? []
  }

  protected override async _lease(sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult> {
    return this.#leases.step(sessionId, swap)
  }

  protected override async _page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage> {
    return (this.#live(sessionId)?.log ?? new RecordLog()).placed(cursor, size)
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    const entry = this.#live(sessionId)
    return entry && this.#describe(sessionId, entry)
  }

  protected async *_list(filter: SessionFilter): AsyncIterable<SessionInfo> {
    const found = Array.from(this.#sessions, ([sessionId, { updatedAt }]) => ({
      sessionId,
      updatedAt: new Date(updatedAt),
    }))
    let left = filter.limit ?? Infinity
    for (const { sessionId, updatedAt } of found.sort(byListingOrder)) {
      if (left <= 0) return
      await yieldIfLong()
      const entry = this.#live(sessionId)
      // One that was changed meanwhile has another place now.
      if (entry === undefined || entry.updatedAt !== updatedAt.getTime()) continue
      const info = this.#describe(sessionId, entry)
      if (!matchesFilter(info, filter)) continue
      left--
      yield info
    }
  }

  protected async _delete(sessionId: string, unchangedSince?: Date, lease?: string): Promise<boolean | 'lost'> {
    if (lease !== undefined && !this.#leases.isHeld(sessionId, lease)) return 'lost'
    const entry = this.#live(sessionId)
    if (entry === undefined) return false
    if (unchangedSince !== undefined && entry.updatedAt !== unchangedSince.getTime()) return false
    return this.#sessions.delete(sessionId)
  }

  protected override async _purgeExpired(call: LongCall): Promise<number> {
    this.#leases.purge()
    let purged = 0
    for (const sessionId of [...this.#sessions.keys()]) {
      const there = this.#sessions.has(sessionId)
      const entry = this.#live(sessionId)
      if (entry !== undefined) entry.operations.forget(this.#now())
      else if (there) purged++
      await call.step({ done: purged })
    }
    return purged
  }

  /** Whole milliseconds, as a `Date` holds them. */
  #now(): number {
    return Math.floor(this.#clock.now())
  }

  /** Forgets the session where its time is over. */
  #live(sessionId: string): SessionState | undefined {
    const entry = this.#sessions.get(sessionId)
    const expired = entry?.ttlMs !== undefined && this.#now() >= entry.updatedAt + entry.ttlMs
    if (!expired) return entry
    this.#sessions.delete(sessionId)
    return undefined
  }

  #describe(sessionId: string, { log, createdAt, updatedAt, ttlMs, metadata }: SessionState): SessionInfo {
    const info: SessionInfo = {
      sessionId,
      createdAt: new Date(createdAt),
      updatedAt: new Date(updatedAt),
      itemCount: log.length,
    }
    if (ttlMs !== undefined) info.expiresAt = new Date(updatedAt + ttlMs)
    if (metadata.size > 0) info.metadata = structuredClone(Object.fromEntries(metadata))
    return info
  }
}
