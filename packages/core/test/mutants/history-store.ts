import { isDeepStrictEqual } from 'node:util'
import {
  type CommitResult,
  type EntryQuery,
  type ForkRequest,
  type ForkResult,
  forkMetadata,
  type HistoryChange,
  type LeaseResult,
  type LeaseSwap,
  type Maintenance,
  type RecordEntry,
  type RecordEntryPage,
  SessionError,
} from '@sessions/core'
import { MaintainedStore } from './maintained-store.ts'
import type { Entry, FilePlace, MemoryPlace } from './place.ts'
import type { Refusal } from './plain-store.ts'

/** A correct store that knows all there is to know: entries, forks, leases and every condition, in steps that a mutant may get wrong. */
export class HistoryStore extends MaintainedStore {
  /** The session whose change is being decided. */
  protected deciding = ''
  #ids = 0
  readonly #epoch: string = crypto.randomUUID()

  protected override _supports(): boolean {
    return true
  }

  protected override async _entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
    return this.place.atomically(() => this.page(this.load(sessionId) ?? this.create(), query))
  }

  protected override async _fork(request: ForkRequest): Promise<ForkResult> {
    return this.place.atomically(() => this.fork(request))
  }

  protected override async _lease(sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult> {
    return this.place.atomically(() => this.step(sessionId, swap))
  }

  protected override async _delete(id: string, unchangedSince?: Date, lease?: string): Promise<boolean | 'lost'> {
    return lease === undefined || this.holds(id, lease) ? super._delete(id, unchangedSince) : 'lost'
  }

  protected override apply(sessionId: string, change: HistoryChange): CommitResult {
    this.deciding = sessionId
    const before = this.load(sessionId)
    const result = super.apply(sessionId, change)
    const after = this.load(sessionId)
    if (result.status === 'applied' && change.maintain === undefined && after !== undefined) {
      this.save(sessionId, this.placed(before, after, change))
    }
    return result
  }

  /** The session with an id and a time for each record that is new. */
  protected placed(before: Entry | undefined, after: Entry, { append = [], appendTimes }: HistoryChange): Entry {
    const kept = after.records.length - append.length
    const { ids = [], times = [] } = before ?? {}
    return {
      ...after,
      ids: [...ids.slice(0, kept), ...append.map((_, index) => this.newId(kept + index))],
      times: [...times.slice(0, kept), ...append.map((_, index) => this.timeOf(appendTimes?.[index]))],
    }
  }

  /** @param _index - where the entry stands */
  protected newId(_index: number): string {
    this.#ids++
    return `${this.#epoch} ${this.#ids}`
  }

  protected timeOf(given: Date | undefined): number {
    return given?.getTime() ?? this.now()
  }

  protected override maintain(id: string, entry: Entry | undefined, change: Maintenance): CommitResult {
    const result = super.maintain(id, entry, change)
    if (result.status !== 'applied' || entry === undefined) return result
    const gone = new Set((change.remove ?? []).map((place) => this.indexOf(place)))
    const { ids = [], times = [] } = entry
    const stays = (_: unknown, index: number): boolean => !gone.has(index)
    this.save(id, { ...entry, ids: ids.filter(stays), times: times.filter(stays) })
    return result
  }

  protected override refusal(entry: Entry | undefined, change: HistoryChange): Refusal | undefined {
    return (
      this.repeated(entry, change) ?? this.lost(change) ?? this.taken(entry, change) ?? this.conflict(entry, change)
    )
  }

  protected lost({ lease }: HistoryChange): 'lost' | undefined {
    return lease === undefined || this.holds(this.deciding, lease) ? undefined : 'lost'
  }

  protected taken(entry: Entry | undefined, { create }: HistoryChange): 'exists' | undefined {
    return create === true && entry !== undefined ? 'exists' : undefined
  }

  protected override conflict(entry: Entry | undefined, change: HistoryChange): 'conflict' | undefined {
    const { expectNewest, expectMetadata } = change
    if (expectNewest !== undefined && (entry?.ids?.at(-1) ?? null) !== expectNewest) return 'conflict'
    if (expectMetadata !== undefined && !isDeepStrictEqual(entry?.metadata ?? {}, expectMetadata)) return 'conflict'
    return super.conflict(entry, change)
  }

  protected page(entry: Entry, { limit, before, after, expect }: EntryQuery): RecordEntryPage {
    const start = after === undefined ? undefined : after === null ? 0 : this.indexOfId(entry, after) + 1
    if (expect !== undefined && this.indexOfId(entry, expect.first) + expect.count !== start) throw this.rewritten()
    const end = before === undefined ? entry.records.length : this.indexOfId(entry, before)
    const from = start ?? Math.max(end - limit, 0)
    const to = start === undefined ? end : Math.min(start + limit, entry.records.length)
    return { entries: this.entries(entry).slice(from, to), older: from > 0, newer: to < entry.records.length }
  }

  protected entries({ records, ids = [], times = [] }: Entry): RecordEntry[] {
    return records.map((record, index) => ({ id: ids[index] ?? '', record, createdAt: new Date(times[index] ?? 0) }))
  }

  protected indexOfId({ ids = [] }: Entry, id: string): number {
    const index = ids.indexOf(id)
    if (index >= 0) return index
    throw this.rewritten()
  }

  protected rewritten(): SessionError {
    return new SessionError('SESSION_CONFLICT', 'It was rewritten.')
  }

  protected fork({ from, to, upTo, metadata }: ForkRequest): ForkResult {
    const source = this.load(from)
    if (this.load(to) !== undefined) return 'exists'
    const end = upTo === undefined ? source?.records.length : (source?.ids?.indexOf(upTo) ?? -1) + 1
    if (source === undefined || end === undefined || (upTo !== undefined && end === 0)) return 'absent'
    this.save(to, { ...this.forked(source, end), metadata: forkMetadata({ from, metadata }, source.metadata) })
    return 'forked'
  }

  /** A session with what another one has up to there. */
  protected forked({ records, times = [] }: Entry, end: number): Entry {
    const { updatedAt, ...anew } = this.create()
    const taken = records.slice(0, end)
    const ids = taken.map((_, index) => this.newId(index))
    return { ...anew, updatedAt: updatedAt + 1, records: taken, ids, times: times.slice(0, end) }
  }

  protected get leases(): FilePlace['leases'] {
    return (this.place as MemoryPlace | FilePlace).leases
  }

  protected step(id: string, swap: LeaseSwap | undefined): LeaseResult {
    const now = this.now()
    const swapped = swap !== undefined && swap.expect === (this.leases.get(id)?.version ?? null)
    if (swapped && swap.row === null) this.leases.delete(id)
    if (swapped && swap.row !== null) {
      const { version, token, until = 0, leaseMs, waiting } = swap.row
      this.leases.set(id, { version, token, waiting, until: leaseMs === undefined ? until : now + leaseMs })
    }
    const none = { version: null, token: null, until: 0, waiting: '' }
    return { swapped, now, ...(this.leases.get(id) ?? none) }
  }

  protected holds(id: string, lease: string): boolean {
    const row = this.leases.get(id)
    return row?.token === lease && row.until > this.now()
  }
}
