import { createHash } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  byListingOrder,
  type ChangeConditions,
  type Clock,
  type CommitResult,
  type HistoryChange,
  type LongCall,
  matchesFilter,
  placeOf,
  type RecordPage,
  SessionError,
  type SessionFilter,
  type SessionInfo,
  SessionStore,
  systemClock,
} from '@sessions/core'
import { mapError } from './errors.ts'
import type { Request } from './history.ts'
import { Journal } from './journal.ts'
import { checkStoreOptions, type TemplateStoreOptions } from './options.ts'

const suffix = '.jsonl'

/**
 * Many conversations in a folder, a file each, for any number of processes: `new TemplateStore({ folder: 'conversations' })`.
 * It keeps in memory what it has read, and files never shrink: made to be replaced by a backend of yours.
 */
export class TemplateStore extends SessionStore {
  readonly #folder: string
  readonly #ttlMs: number | undefined
  readonly #clock: Clock
  /** By file name. */
  readonly #journals = new Map<string, Journal>()

  /** Does no I/O. @throws TypeError or RangeError that names the option */
  constructor(options: TemplateStoreOptions) {
    checkStoreOptions(options)
    super()
    this.#folder = resolve(options.folder)
    this.#ttlMs = options.ttl === undefined ? undefined : options.ttl * 1000
    this.#clock = options.clock ?? systemClock
  }

  protected override async _open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
  }

  protected override _mapError(error: unknown): SessionError | undefined {
    return mapError(error)
  }

  protected async _read(sessionId: string, limit: number | undefined): Promise<string[]> {
    const history = await this.#journalOf(sessionId).read()
    if (!history.isLive(this.#now())) return []
    return limit === undefined ? [...history.records] : history.records.slice(-limit)
  }

  protected async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const removed = Object.entries(change.metadata ?? {}).filter(([, value]) => value === undefined)
    const unset = removed.map(([key]) => key)
    const journal = this.#journalOf(sessionId)
    const outcome = await journal.request(this.#request(sessionId, { change, unset }))
    if (change.clear === true && journal.history.isEmpty) await journal.wipe()
    return outcome as CommitResult
  }

  /** Of what a store may know beyond what every one must; see `ChangeConditions`. */
  protected override _supports(condition: keyof ChangeConditions): boolean {
    return condition === 'maintain'
  }

  protected async _info(sessionId: string): Promise<SessionInfo | undefined> {
    return (await this.#journalOf(sessionId).read()).info(this.#now())
  }

  protected async *_list(filter: SessionFilter): AsyncIterable<SessionInfo> {
    const found: SessionInfo[] = []
    for (const journal of await this.#allJournals()) {
      const info = (await journal.read()).info(this.#now())
      if (info !== undefined && matchesFilter(info, filter)) found.push(info)
    }
    yield* found.sort(byListingOrder).slice(0, filter.limit)
  }

  protected async _delete(sessionId: string, unchangedSince?: Date): Promise<boolean> {
    const journal = this.#journalOf(sessionId)
    if (!(await journal.read()).isLive(this.#now())) return false
    const request = this.#request(sessionId, { delete: unchangedSince?.getTime() ?? true })
    const { status } = await journal.request(request)
    if (status === 'deleted') await journal.wipe()
    return status === 'deleted'
  }

  /** The cursor is a place and the serial number of the record before it. */
  protected override async _page(
    sessionId: string,
    cursor: string | undefined,
    size: number,
    places = false,
  ): Promise<RecordPage> {
    const history = await this.#journalOf(sessionId).read()
    const [start = 0, serial] = cursor === undefined ? [] : (JSON.parse(cursor) as number[])
    const { records, serials } = history
    if (start > 0 && (serials[start - 1] !== serial || !history.isLive(this.#now()))) {
      throw new SessionError('SESSION_CONFLICT', 'The history was rewritten meanwhile.')
    }
    if (!history.isLive(this.#now())) return { records: [] }
    const page = records.slice(start, start + size)
    const end = start + page.length
    const placed = places && { places: page.map((record, index) => placeOf(serials[start + index] ?? '', record)) }
    return { records: page, ...placed, ...(end < records.length && { next: JSON.stringify([end, serials[end - 1]]) }) }
  }

  protected override async _purgeExpired(call: LongCall): Promise<number> {
    let purged = 0
    for (const journal of await this.#allJournals()) {
      const ended = (await journal.read()).ended(this.#now())
      if (ended === undefined) continue
      await journal.request({ ...this.#request(ended, {}), delete: true })
      await journal.wipe()
      await call.step({ done: ++purged })
    }
    return purged
  }

  #request(sessionId: string, what: Pick<Request, 'change' | 'unset' | 'delete'>): Omit<Request, 'id'> {
    return { sessionId, at: this.#now(), ...(this.#ttlMs !== undefined && { ttlMs: this.#ttlMs }), ...what }
  }

  /** A digest names the file: ids may hold slashes, differ only in case, or be longer than a file name may be. */
  #journalOf(sessionId: string): Journal {
    return this.#journal(createHash('sha256').update(sessionId).digest('hex') + suffix)
  }

  async #allJournals(): Promise<Journal[]> {
    const names = await readdir(this.#folder)
    return names.filter((name) => name.endsWith(suffix)).map((name) => this.#journal(name))
  }

  #journal(name: string): Journal {
    const journal = this.#journals.get(name) ?? new Journal(join(this.#folder, name))
    this.#journals.set(name, journal)
    return journal
  }

  #now(): number {
    return Math.floor(this.#clock.now())
  }
}
