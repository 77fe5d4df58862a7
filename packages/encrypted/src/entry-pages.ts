import { type EntryQuery, type RecordEntry, type RecordEntryPage, type RecordStore, SessionError } from '@sessions/core'
import { EntryReader, live, type OnUnreadable } from './entries.ts'
import type { Opened } from './envelope-format.ts'
import type { SessionCipher } from './session-cipher.ts'

/** An entry with its text in the place of its envelope. */
export interface OpenedEntry extends RecordEntry {
  /** What its ttl counts from, in milliseconds since the Unix epoch. */
  written?: number | undefined
}

/** A page of them. */
export interface OpenedPage extends RecordEntryPage {
  entries: OpenedEntry[]
}

/** How many entries are read at once where many in a row are not to be seen, at most. */
const stride = 500
/** How often a page is begun anew where others remove what was just read. */
const maxAttempts = 10

/**
 * The entries of one session as its readers see them: ids and times are those of the store beneath, and what is expired, or left out
 * because it cannot be opened, is not there. An envelope that comes twice is seen within one page.
 */
export class EntryPages {
  readonly #store: RecordStore
  readonly #sessionId: string
  readonly #newReader: () => EntryReader
  /** Whether there may be entries beneath that nobody is to see. */
  readonly #hides: boolean

  constructor(store: RecordStore, sessionId: string, cipher: SessionCipher, onUnreadable: OnUnreadable) {
    this.#store = store
    this.#sessionId = sessionId
    this.#hides = cipher.expires || onUnreadable === 'skip'
    // What is hidden makes it read on, and begin again: nothing is opened twice.
    const known = this.#hides ? new Map<string, Opened>() : undefined
    this.#newReader = () => new EntryReader(cipher, onUnreadable, known)
  }

  /** One read beneath where nothing is hidden; else as many as it takes to fill the page and to know whether there is more. */
  async page(query: EntryQuery): Promise<OpenedPage> {
    if (!this.#hides) {
      const page = await this.#beneath(query)
      return { ...page, entries: await this.#open(page.entries) }
    }
    const { expect, ...place } = query
    for (let attempts = 1; ; attempts++) {
      const first = await this.#beneath({ ...place, limit: Math.min(query.limit + 1, Number.MAX_SAFE_INTEGER) })
      if (expect !== undefined && query.after) await this.#assertStill(query.after, expect, first.entries[0]?.id)
      try {
        return await this.#fill(query, first)
      } catch (error) {
        if (!isConflict(error) || attempts === maxAttempts) throw error
      }
    }
  }

  /**
   * What the condition that the newest entry is still `expected` is beneath, where newer ones may be hidden; `undefined` where it does not
   * hold.
   */
  async newestBeneath(expected: string | null): Promise<string | null | undefined> {
    if (!this.#hides) return expected
    const start = await this.#beneath({ limit: 1 })
    const [newest] = (await this.#collect(start, false, 1)).slice(-1)
    return (newest?.id ?? null) === expected ? (start.entries[0]?.id ?? null) : undefined
  }

  /** @param start - what is beneath from the place of the query on */
  async #fill({ limit, after }: EntryQuery, start: RecordEntryPage): Promise<OpenedPage> {
    const forward = after !== undefined
    const found = await this.#collect(start, forward, Math.min(limit + 1, Number.MAX_SAFE_INTEGER))
    const entries = forward ? found.slice(0, limit) : found.slice(-limit)
    const isMore = found.length > limit
    const behind = await this.#isMoreBehind(start, forward)
    return { entries, older: forward ? behind : isMore, newer: forward ? isMore : behind }
  }

  /** Whether there is an entry to be seen on the other side of the place where the page begins. */
  async #isMoreBehind(start: RecordEntryPage, forward: boolean): Promise<boolean> {
    const edge = forward ? start.entries[0] : start.entries.at(-1)
    if (edge === undefined || !(forward ? start.older : start.newer)) return forward ? start.older : start.newer
    const page = await this.#beneath({ limit: 1, ...(forward ? { before: edge.id } : { after: edge.id }) })
    return (await this.#collect(page, !forward, 1)).length > 0
  }

  /** At least `wanted` entries from a page on, in one direction, or all there are. */
  async #collect(start: RecordEntryPage, forward: boolean, wanted: number): Promise<OpenedEntry[]> {
    let page = start
    let raw = page.entries
    let found = await this.#open(raw)
    for (let limit = Math.min(wanted, 10); found.length < wanted; limit = Math.min(limit * 2, stride)) {
      const edge = forward ? page.entries.at(-1) : page.entries[0]
      if (edge === undefined || !(forward ? page.newer : page.older)) break
      page = await this.#beneath({ limit, ...(forward ? { after: edge.id } : { before: edge.id }) })
      raw = forward ? [...raw, ...page.entries] : [...page.entries, ...raw]
      // All in their order, since of an envelope that stands there twice the first one counts.
      found = await this.#open(raw)
    }
    return found
  }

  /**
   * What `expect` of a query says, of entries that are to be seen: one that has expired is gone. @param next - the entry after `after`
   * @throws SESSION_CONFLICT
   */
  async #assertStill(after: string, { first, count }: { first: string; count: number }, next?: string): Promise<void> {
    let [left, before, isWithin] = [count, next, next !== undefined]
    for (;;) {
      const page = await this.#beneath({ limit: Math.max(left, 1), ...(before !== undefined && { before }) })
      // What was appended since is no part of it.
      const end = isWithin ? page.entries.length : page.entries.findIndex(({ id }) => id === after) + 1
      isWithin ||= end > 0
      const start = page.entries.findIndex(({ id }) => id === first)
      left -= (await this.#open(page.entries.slice(Math.max(start, 0), end))).length
      if (start >= 0 && left === 0) return
      before = page.entries[0]?.id
      if (start >= 0 || left <= 0 || !page.older || before === undefined) throw rewritten()
    }
  }

  /** Those that are to be seen. */
  async #open(entries: readonly RecordEntry[]): Promise<OpenedEntry[]> {
    const reader = this.#newReader()
    const found: OpenedEntry[] = []
    for (const entry of entries) {
      const [opened] = live(await reader.open([entry.record], `The entry ${entry.id}`))
      if (opened !== undefined) found.push({ ...entry, record: opened.opened.text, written: opened.opened.written })
    }
    return found
  }

  #beneath(query: EntryQuery): Promise<RecordEntryPage> {
    return this.#store.records.entries(this.#sessionId, query)
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof SessionError && error.code === 'SESSION_CONFLICT'
}

function rewritten(): SessionError {
  return new SessionError('SESSION_CONFLICT', 'Entries that were read are not in the history any more.')
}
