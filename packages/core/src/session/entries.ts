import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { type Earlier, neighbours } from '../codec/records.ts'
import { SessionError } from '../errors/session-error.ts'
import type { EntryQuery, RecordEntry, RecordEntryPage } from '../store/record-entry.ts'
import type { HistoryAccess } from './history-access.ts'

/** An item with its place in the history. */
export interface Entry<TItem extends object = AgentInputItem> {
  /** The same in every process, stable while the entry is stored, and never given to another entry. */
  id: string
  item: TItem
  /** When the item was appended, where the backend keeps that. */
  createdAt?: Date
}

/** Some entries, oldest first, and the ids by which to go on; without one, there is nothing more on that side. */
export interface Page<TItem extends object = AgentInputItem> {
  entries: Entry<TItem>[]
  /** `page({ before: older })` gives what comes before these. */
  older?: string
  /** `page({ after: newer })` gives what comes after these. */
  newer?: string
}

/** How many entries are read at once where nobody says how many there will be. */
const stride = 100

/** The history of a session as pages of entries. */
export class Entries<TItem extends object> {
  readonly #access: HistoryAccess<TItem>

  constructor(access: HistoryAccess<TItem>) {
    this.#access = access
  }

  /** Reads on where entries cannot be decoded and are left out, until the page has `limit` of them. */
  async page(query: EntryQuery): Promise<Page<TItem>> {
    const forward = query.after !== undefined
    let page = await this.#read(query)
    let entries = await this.decode(page.entries)
    let { older, newer } = page
    let place = forward ? page.entries.at(-1)?.id : page.entries[0]?.id
    let [first, last] = [page.entries[0]?.id, page.entries.at(-1)?.id]
    while (entries.length < query.limit && (forward ? newer : older) && place !== undefined) {
      const limit = query.limit - entries.length
      page = await this.#read(forward ? { limit, after: place } : { limit, before: place })
      const more = await this.decode(page.entries)
      entries = forward ? [...entries, ...more] : [...more, ...entries]
      if (forward) [newer, last] = [page.newer, page.entries.at(-1)?.id ?? last]
      else [older, first] = [page.older, page.entries[0]?.id ?? first]
      place = forward ? last : first
    }
    return {
      entries,
      ...(older && first !== undefined && { older: first }),
      ...(newer && last !== undefined && { newer: last }),
    }
  }

  /** Back from the newest entry, page after page, each oldest first. */
  async *backward(): AsyncIterable<RecordEntry[]> {
    let page = await this.#read({ limit: stride })
    for (;;) {
      yield page.entries
      const first = page.entries[0]
      if (!page.older || first === undefined) return
      page = await this.#read({ limit: stride, before: first.id })
    }
  }

  /** With what is decoded in the place of records; what cannot be decoded is left out where the session does so. */
  async decode(entries: readonly RecordEntry[]): Promise<Entry<TItem>[]> {
    const { items, skipCorrupt } = this.#access
    if (!skipCorrupt) {
      const decoded = await this.decodeAll(entries)
      return entries.map((entry, index) => entryOf(entry, decoded[index] as TItem))
    }
    const found = await Promise.all(entries.map(async ({ record }) => items.decodeReadable([record])))
    await items.complete(found.flat(), this.#before(entries))
    return entries.flatMap((entry, index) => (found[index] ?? []).map((item) => entryOf(entry, item)))
  }

  /** The items of entries. @throws SESSION_RECORD_CORRUPT */
  async decodeAll(entries: readonly RecordEntry[]): Promise<TItem[]> {
    return await this.#access.items.decode(
      entries.map(({ record }) => record),
      this.#before(entries),
    )
  }

  /** Nothing where the first of them was removed meanwhile. */
  #before([first]: readonly RecordEntry[]): Earlier {
    return async () => {
      if (first === undefined) return []
      try {
        const { entries } = await this.#read({ limit: neighbours, before: first.id })
        return entries.map(({ record }) => record)
      } catch (error) {
        if (error instanceof SessionError && error.code === 'SESSION_CONFLICT') return []
        throw error
      }
    }
  }

  #read(query: EntryQuery): Promise<RecordEntryPage> {
    return this.#access.records.entries(this.#access.sessionId, query)
  }
}

function entryOf<TItem extends object>({ id, createdAt }: RecordEntry, item: TItem): Entry<TItem> {
  return { id, item, ...(createdAt !== undefined && { createdAt }) }
}
