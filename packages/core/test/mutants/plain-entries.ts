import { type Clock, SessionError, type SessionInfo, SessionStore, systemClock } from '@sessions/core'
import type { CommitFault } from '@sessions/core/conformance'
import { type Entry, MemoryPlace, type Place } from './place.ts'

/** Where a store of the mutants keeps its data, and by which clock. */
export interface PlainStoreOptions {
  place?: Place
  clock?: Clock
  /** Milliseconds. Default: sessions last. */
  ttlMs?: number
  /** What the next commit is to meet. */
  faults?: { next?: CommitFault | undefined }
}

/** What a {@link PlainStore} does with its entries, one at a time. */
export abstract class PlainEntries extends SessionStore {
  protected readonly place: Place
  protected readonly clock: Clock
  protected readonly ttlMs: number | undefined
  readonly #faults: NonNullable<PlainStoreOptions['faults']>

  constructor({ place = new MemoryPlace(), clock = systemClock, ttlMs, faults = {} }: PlainStoreOptions = {}) {
    super()
    this.place = place
    this.clock = clock
    this.ttlMs = ttlMs
    this.#faults = faults
  }

  protected create(): Entry {
    const createdAt = this.now()
    return { records: [], createdAt, updatedAt: createdAt - 1, metadata: {}, operations: {} }
  }

  protected describe(sessionId: string, entry: Entry): SessionInfo {
    const { records, createdAt, updatedAt, metadata } = entry
    const info: SessionInfo = {
      sessionId,
      createdAt: new Date(createdAt),
      updatedAt: new Date(updatedAt),
      itemCount: records.length,
    }
    const ttlMs = this.ttlOf(entry)
    if (ttlMs !== undefined) info.expiresAt = new Date(updatedAt + ttlMs)
    if (Object.keys(metadata).length > 0) info.metadata = metadata
    return info
  }

  protected remove(sessionId: string): void {
    this.place.write(this.key(sessionId), undefined)
  }

  protected save(sessionId: string, entry: Entry): void {
    this.place.write(this.key(sessionId), entry)
  }

  /** What is there of the session, unless its time is over. */
  protected load(sessionId: string): Entry | undefined {
    const entry = this.place.read(this.key(sessionId))
    return this.isOver(entry) ? undefined : entry
  }

  protected isOver(entry: Entry | undefined): boolean {
    const ttlMs = entry && this.ttlOf(entry)
    return entry !== undefined && ttlMs !== undefined && this.now() >= this.endsAt(entry, ttlMs)
  }

  protected ttlOf({ ttlMs = this.ttlMs }: Entry): number | undefined {
    return ttlMs ?? undefined
  }

  protected endsAt(entry: Entry, ttlMs: number): number {
    return entry.updatedAt + ttlMs
  }

  protected key(sessionId: string): string {
    return sessionId
  }

  protected fail(fault: CommitFault): void {
    if (this.#faults.next !== fault) return
    this.#faults.next = undefined
    const cause = new Error('ECONNRESET')
    throw new SessionError('SESSION_UNAVAILABLE', 'The connection was lost.', { cause, ambiguous: fault === 'after' })
  }

  protected now(): number {
    return Math.floor(this.clock.now())
  }
}
