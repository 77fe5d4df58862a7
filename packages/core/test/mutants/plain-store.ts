import {
  byListingOrder,
  type CommitResult,
  type HistoryChange,
  type JSONValue,
  type ListingOptions,
  type LongCall,
  matchesFilter,
  type RecordPage,
  SessionError,
  type SessionFilter,
  type SessionInfo,
  writes,
} from '@sessions/core'
import type { Entry } from './place.ts'
import { PlainEntries } from './plain-entries.ts'

export type { PlainStoreOptions } from './plain-entries.ts'

/** Why a change is not done. */
export type Refusal = Exclude<CommitResult['status'], 'applied'>

/**
 * A correct store in small steps, each of which a mutant may get wrong by overriding it. It passes the kit, but for long histories: each step copies
 * all of a session.
 */
export class PlainStore extends PlainEntries {
  protected async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    return this.place.atomically(() => this.newest(this.load(sessionId)?.records ?? [], limit))
  }

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    this.fail('before')
    const result = this.place.atomically(() => this.apply(sessionId, change))
    this.fail('after')
    return result
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    return this.place.atomically(() => {
      const entry = this.load(sessionId)
      return entry && this.describe(sessionId, entry)
    })
  }

  protected async *_list(filter: SessionFilter, _options: ListingOptions = {}): AsyncIterable<SessionInfo> {
    yield* this.place.atomically(() => this.find(filter))
  }

  protected async _delete(sessionId: string, unchangedSince?: Date, _lease?: string): Promise<boolean | 'lost'> {
    return this.place.atomically(() => {
      const entry = this.load(sessionId)
      if (entry === undefined) return false
      if (unchangedSince !== undefined && entry.updatedAt !== unchangedSince.getTime()) return false
      this.remove(sessionId)
      return true
    })
  }

  /** The cursor is the number of records given and the last of them: only newest records are ever dropped. */
  protected override async _page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage> {
    return this.place.atomically(() => {
      const records = this.load(sessionId)?.records ?? []
      const [given, last]: [number, string?] = cursor === undefined ? [0] : JSON.parse(cursor)
      if (given > 0 && records[given - 1] !== last) throw new SessionError('SESSION_CONFLICT', 'It was rewritten.')
      const page = records.slice(given, given + size)
      const next = given + page.length
      return { records: page, ...(next < records.length && { next: JSON.stringify([next, records[next - 1]]) }) }
    })
  }

  protected override async _purgeExpired(_call: LongCall): Promise<number> {
    return this.place.atomically(() => {
      const expired = this.place.keys().filter((key) => this.isOver(this.place.read(key)))
      for (const key of expired) this.place.write(key, undefined)
      return expired.length
    })
  }

  protected override async _close(): Promise<void> {
    this.place.close()
  }

  protected apply(sessionId: string, change: HistoryChange): CommitResult {
    const found = this.load(sessionId)
    const refusal = this.refusal(found, change)
    if (refusal !== undefined) return { status: refusal }
    const entry = found ?? this.create()
    const removed = change.clear === true ? this.clear(entry) : this.drop(entry, change.drop ?? 0)
    const dropped = this.returned(removed, change)
    if (found !== undefined && this.isGone(entry, change)) {
      this.remove(sessionId)
      return { status: 'applied', dropped }
    }
    if (this.isIdle(removed, change)) {
      if (found !== undefined && change.clear === true) this.save(sessionId, entry)
      return { status: 'applied', dropped }
    }
    this.append(entry.records, change.append ?? [])
    this.fail('middle')
    if (change.operation !== undefined) this.remember(entry, change.operation)
    entry.metadata = this.merge(entry.metadata, change.metadata ?? {})
    entry.updatedAt = this.touch(entry, change)
    this.save(sessionId, entry)
    return { status: 'applied', dropped }
  }

  /** Whether nothing is left of the session. */
  protected isGone({ metadata }: Entry, change: HistoryChange): boolean {
    return change.clear === true && Object.keys(metadata).length === 0 && !writes(change)
  }

  protected isIdle(removed: readonly string[], change: HistoryChange): boolean {
    return removed.length === 0 && !writes(change)
  }

  protected returned(removed: string[], { returnDropped }: HistoryChange): string[] {
    return returnDropped === true ? removed : []
  }

  protected refusal(entry: Entry | undefined, change: HistoryChange): Refusal | undefined {
    return this.repeated(entry, change) ?? this.conflict(entry, change)
  }

  protected repeated(entry: Entry | undefined, { operation }: HistoryChange): 'duplicate' | 'reused' | undefined {
    const known =
      entry !== undefined && operation && Object.entries(entry.operations).find(([id]) => id === operation.id)
    if (!known) return undefined
    return known[1] === operation.fingerprint ? 'duplicate' : 'reused'
  }

  protected conflict(entry: Entry | undefined, { expectTail }: HistoryChange): 'conflict' | undefined {
    return expectTail === undefined || this.endsWith(entry?.records ?? [], expectTail) ? undefined : 'conflict'
  }

  protected endsWith(records: readonly string[], tail: readonly string[]): boolean {
    const start = records.length - tail.length
    return tail.every((record, index) => records[start + index] === record)
  }

  /** Removes the newest records and gives them, oldest first. */
  protected drop({ records }: Entry, drop: number | 'all'): string[] {
    return records.splice(drop === 'all' ? 0 : Math.max(records.length - drop, 0))
  }

  /** Removes all records and operation ids, and gives the records. */
  protected clear(entry: Entry): string[] {
    entry.operations = {}
    return entry.records.splice(0)
  }

  protected append(records: string[], added: readonly string[]): void {
    for (const record of added) records.push(record)
  }

  protected remember(entry: Entry, { id, fingerprint }: { id: string; fingerprint: string }): void {
    entry.operations = { ...entry.operations, [id]: fingerprint }
  }

  protected merge(old: Entry['metadata'], patch: Record<string, JSONValue | undefined>): Entry['metadata'] {
    const merged = { ...old, ...patch }
    return Object.fromEntries(
      Object.entries(merged).filter((entry): entry is [string, JSONValue] => entry[1] !== undefined),
    )
  }

  protected touch(entry: Entry, _change: HistoryChange): number {
    return Math.max(this.now(), entry.updatedAt + 1)
  }

  protected newest(records: string[], limit: number | undefined): string[] {
    return limit === undefined ? records : records.slice(-limit)
  }

  protected find(filter: SessionFilter): SessionInfo[] {
    const infos = this.ids().flatMap((sessionId) => {
      const entry = this.load(sessionId)
      return entry === undefined ? [] : [this.describe(sessionId, entry)]
    })
    const found = infos.filter((info) => this.matches(info, filter)).sort((a, b) => this.compare(a, b))
    return found.slice(0, filter.limit)
  }

  protected ids(): string[] {
    return this.place.keys()
  }

  protected matches(info: SessionInfo, filter: SessionFilter): boolean {
    return matchesFilter(info, filter)
  }

  protected compare(a: SessionInfo, b: SessionInfo): number {
    return byListingOrder(a, b)
  }
}
