import { type CommitResult, type HistoryChange, type JSONValue, type SessionInfo, writes } from '@sessions/core'
import { maintainRecords } from './maintain.ts'

/** A line of a journal: something that a writer asked for, whether or not it was granted. */
export interface Request {
  /** Of this request alone. */
  id: string
  sessionId: string
  /** Milliseconds since the epoch, by the clock of the writer. */
  at: number
  ttlMs?: number
  change?: HistoryChange
  /** Keys of metadata to remove, which JSON cannot say as `undefined`. */
  unset?: readonly string[]
  /** Delete the session; with a number, only if it was last changed then. */
  delete?: true | number
}

/** What came of a request. */
export type Outcome = CommitResult | { status: 'deleted' | 'kept' }

interface Live {
  sessionId: string
  createdAt: number
  updatedAt: number
  ttlMs: number | undefined
  metadata: Map<string, JSONValue>
  /** Operation ids and their fingerprints. */
  operations: Map<string, string>
}

/**
 * What a session is after some requests, one after the other. Every process that reads the same requests comes to the same
 * history: nothing here asks a clock or anything else.
 */
export class History {
  readonly records: string[] = []
  /** A number for each record that no other record of the journal has: whether a record is still the same one. */
  readonly serials: number[] = []
  #live: Live | undefined
  #serial = 0

  /** Whether there is a session at that time. */
  isLive(now: number): boolean {
    return this.#live !== undefined && now < (this.#expiresAt(this.#live) ?? Infinity)
  }

  /** The id of the session whose time was over by then; `undefined` where there is none. */
  ended(now: number): string | undefined {
    return this.isLive(now) ? undefined : this.#live?.sessionId
  }

  /** Whether nothing is left of any session. */
  get isEmpty(): boolean {
    return this.#live === undefined
  }

  info(now: number): SessionInfo | undefined {
    if (this.#live === undefined || !this.isLive(now)) return undefined
    const { sessionId, createdAt, updatedAt, metadata } = this.#live
    const expiresAt = this.#expiresAt(this.#live)
    const itemCount = this.records.length
    return {
      sessionId,
      createdAt: new Date(createdAt),
      updatedAt: new Date(updatedAt),
      itemCount,
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
      ...(metadata.size > 0 && { metadata: structuredClone(Object.fromEntries(metadata)) }),
    }
  }

  apply(request: Request): Outcome {
    const ended = this.ended(request.at) !== undefined
    if (ended) this.#forget()
    if (request.delete === true && ended) return { status: 'deleted' }
    if (request.delete !== undefined) return { status: this.#delete(request.delete) ? 'deleted' : 'kept' }
    const { change = {}, unset = [] } = request
    const removed = Object.fromEntries(unset.map((key) => [key, undefined]))
    return this.#commit(
      request,
      unset.length === 0 ? change : { ...change, metadata: { ...change.metadata, ...removed } },
    )
  }

  #commit({ sessionId, at, ttlMs }: Request, change: HistoryChange): CommitResult {
    if (change.maintain !== undefined) {
      const done = this.#live !== undefined && maintainRecords(this.records, this.serials, change.maintain)
      return done ? { status: 'applied', dropped: [] } : { status: 'conflict' }
    }
    const { operation, expectTail, drop = 0, clear = false, append = [], metadata = {}, returnDropped } = change
    const applied = operation && this.#live?.operations.get(operation.id)
    if (applied !== undefined) return { status: applied === operation?.fingerprint ? 'duplicate' : 'reused' }
    if (expectTail !== undefined && !this.#endsWith(expectTail)) return { status: 'conflict' }
    const keep = clear || drop === 'all' ? 0 : Math.max(this.records.length - drop, 0)
    this.serials.splice(keep)
    const removed = this.records.splice(keep)
    const dropped = returnDropped === true ? removed : []
    if (clear) this.#live?.operations.clear()
    const isGone = clear && this.#live?.metadata.size === 0 && !writes(change)
    if (isGone) this.#forget()
    if (isGone || (removed.length === 0 && !writes(change))) return { status: 'applied', dropped }
    this.#live ??= {
      sessionId,
      createdAt: at,
      updatedAt: at - 1,
      ttlMs,
      metadata: new Map(),
      operations: new Map(),
    }
    for (const record of append) {
      this.records.push(record)
      this.serials.push(this.#serial++)
    }
    if (operation !== undefined) this.#live.operations.set(operation.id, operation.fingerprint)
    for (const [key, value] of Object.entries(metadata)) {
      if (value === undefined) this.#live.metadata.delete(key)
      else this.#live.metadata.set(key, value)
    }
    this.#live.updatedAt = Math.max(at, this.#live.updatedAt + 1)
    this.#live.ttlMs = ttlMs
    return { status: 'applied', dropped }
  }

  #delete(condition: true | number): boolean {
    const matches = this.#live !== undefined && (condition === true || condition === this.#live.updatedAt)
    if (matches) this.#forget()
    return matches
  }

  #forget(): void {
    this.#live = undefined
    this.records.length = 0
    this.serials.length = 0
  }

  #endsWith(tail: readonly string[]): boolean {
    const start = this.records.length - tail.length
    return tail.every((record, index) => this.records[start + index] === record)
  }

  #expiresAt({ updatedAt, ttlMs }: Live): number | undefined {
    return ttlMs === undefined ? undefined : updatedAt + ttlMs
  }
}
