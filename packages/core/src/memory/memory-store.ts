import type { Clock } from '../call/clock.ts'
import { yieldIfLong } from '../call/event-loop.ts'
import { assertOptions, checkClock, checkOperationTtl, checkTTL, type OptionTypes } from '../call/validate.ts'
import type { JSONValue } from '../codec/json.ts'
import { SessionStore } from '../session/session-store.ts'
import { type ChangeConditions, type CommitResult, type HistoryChange, writes } from '../store/history-change.ts'
import { byListingOrder } from '../store/listing-order.ts'
import { matchesFilter, type SessionFilter, type SessionInfo } from '../store/session-filter.ts'
import type { RecordPage } from '../store/store-hooks.ts'
import { maintainRecords, placedPage } from './maintain.ts'

/** How long sessions live, and by which clock. */
export interface MemoryStoreOptions {
  /** Seconds after which a session that is not written is gone. Default: never. */
  ttl?: number
  /** Seconds for which the ids of operations are remembered, each from when it was applied. Default: 86,400, a day. */
  operationTtl?: number
  /** For tests. Default: the time of the machine. */
  clock?: Clock
}

export const memoryTypes: OptionTypes = { ttl: 'number', operationTtl: 'number', clock: 'object' }

interface Operation {
  fingerprint: string
  forgetAt: number
}

interface Entry {
  records: string[]
  createdAt: number
  updatedAt: number
  metadata: Map<string, JSONValue>
  /** Operation ids, the oldest first. */
  operations: Map<string, Operation>
}

/** Sessions in the memory of the process: the reference implementation, for tests and for what need not last. */
export class MemoryStore extends SessionStore {
  readonly #entries = new Map<string, Entry>()
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
    const records = this.#live(sessionId)?.records ?? []
    return limit === undefined ? [...records] : records.slice(-limit)
  }

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const entry = this.#live(sessionId)
    if (change.maintain !== undefined) {
      const done = maintainRecords(entry?.records ?? [], change.maintain)
      return done ? { status: 'applied', dropped: [] } : { status: 'conflict' }
    }
    const { operation, expectTail, drop = 0, append = [], metadata = {} } = change
    if (entry !== undefined) forget(entry.operations, this.#now())
    const applied = operation && entry?.operations.get(operation.id)?.fingerprint
    if (applied !== undefined) return { status: applied === operation?.fingerprint ? 'duplicate' : 'reused' }
    if (expectTail !== undefined && !endsWith(entry?.records ?? [], expectTail)) return { status: 'conflict' }
    const length = entry?.records.length ?? 0
    const keep = drop === 'all' ? 0 : Math.max(length - drop, 0)
    if (keep === length && !writes(change)) return { status: 'applied', dropped: [] }

    const { records, metadata: kept, operations, ...times } = entry ?? this.#create()
    const dropped = records.splice(keep)
    for (const record of append) records.push(record)
    if (operation !== undefined) {
      const { id, fingerprint } = operation
      operations.set(id, { fingerprint, forgetAt: this.#now() + this.#operationMs })
    }
    for (const [key, value] of Object.entries(metadata)) {
      if (value === undefined) kept.delete(key)
      else kept.set(key, value)
    }
    const updatedAt = Math.max(this.#now(), times.updatedAt + 1)
    // Last in the map, which so stays in the order in which it is listed.
    this.#entries.delete(sessionId)
    this.#entries.set(sessionId, { records, metadata: kept, operations, createdAt: times.createdAt, updatedAt })
    return { status: 'applied', dropped }
  }

  protected override _supports(condition: keyof ChangeConditions): boolean {
    return condition === 'maintain'
  }

  protected override async _page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage> {
    return placedPage(this.#live(sessionId)?.records ?? [], cursor, size)
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    const entry = this.#live(sessionId)
    return entry && this.#describe(sessionId, entry)
  }

  protected async *_list(filter: SessionFilter): AsyncIterable<SessionInfo> {
    const found = Array.from(this.#entries, ([sessionId, { updatedAt }]) => ({
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

  protected async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean> {
    const entry = this.#live(sessionId)
    if (entry === undefined) return false
    if (unchangedSince !== undefined && entry.updatedAt !== unchangedSince.getTime()) return false
    return this.#entries.delete(sessionId)
  }

  protected override async _purgeExpired(): Promise<number> {
    let purged = 0
    for (const sessionId of [...this.#entries.keys()]) {
      await yieldIfLong()
      const there = this.#entries.has(sessionId)
      const entry = this.#live(sessionId)
      if (entry !== undefined) forget(entry.operations, this.#now())
      else if (there) purged++
    }
    return purged
  }

  /** Whole milliseconds, as a `Date` holds them. */
  #now(): number {
    return Math.floor(this.#clock.now())
  }

  /** Forgets the session where its time is over. */
  #live(sessionId: string): Entry | undefined {
    const entry = this.#entries.get(sessionId)
    const expired = entry !== undefined && this.#ttl !== undefined && this.#now() >= entry.updatedAt + this.#ttl
    if (!expired) return entry
    this.#entries.delete(sessionId)
    return undefined
  }

  #create(): Entry {
    const now = this.#now()
    return { records: [], createdAt: now, updatedAt: now - 1, metadata: new Map(), operations: new Map() }
  }

  #describe(sessionId: string, { records, createdAt, updatedAt, metadata }: Entry): SessionInfo {
    const info: SessionInfo = {
      sessionId,
      createdAt: new Date(createdAt),
      updatedAt: new Date(updatedAt),
      itemCount: records.length,
    }
    if (this.#ttl !== undefined) info.expiresAt = new Date(updatedAt + this.#ttl)
    if (metadata.size > 0) info.metadata = structuredClone(Object.fromEntries(metadata))
    return info
  }
}

/** Drops those that need not be remembered any more. A repetition does not renew an id, so they stand in order. */
function forget(operations: Map<string, Operation>, now: number): void {
  for (const [id, { forgetAt }] of operations) {
    if (forgetAt > now) return
    operations.delete(id)
  }
}

function endsWith(records: readonly string[], tail: readonly string[]): boolean {
  const start = records.length - tail.length
  return tail.every((record, index) => records[start + index] === record)
}
