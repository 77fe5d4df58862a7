import type { EntryQuery, HistoryChange, PageOptions, RecordEntry, RecordEntryPage } from '@sessions/core'
import { HistoryStore } from './history-store.ts'
import { type Item, type Mutant, OpenSession, session, store } from './mutant.ts'
import type { Entry } from './place.ts'

type Page = Awaited<ReturnType<OpenSession['page']>>

/** Sessions that page in a way of their own. */
function paging(
  name: string,
  mistake: string,
  killedBy: readonly string[],
  page: (session: OpenSession, options: PageOptions, right: (options: PageOptions) => Promise<Page>) => Promise<Page>,
): Mutant {
  const Session = class extends OpenSession {
    override async page(options: PageOptions = {}): Promise<Page> {
      return page(this, options, (given) => super.page(given))
    }
  }
  return session(name, mistake, killedBy, Session, HistoryStore)
}

export const entryMutants: readonly Mutant[] = [
  store(
    'entries-overlap',
    'begins a page with the entry that it was to go on from',
    ['entries/pages', 'watch/added'],
    class extends HistoryStore {
      protected override page(entry: Entry, query: EntryQuery): RecordEntryPage {
        const page = super.page(entry, query)
        if (query.after === undefined || query.after === null) return page
        const last = this.entries(entry)[this.indexOfId(entry, query.after)]
        return { ...page, entries: [...(last ? [last] : []), ...page.entries] }
      }
    },
  ),
  store(
    'entries-newest-of-all',
    'gives the newest entries, whatever they were to be older than',
    ['entries/pages'],
    class extends HistoryStore {
      protected override page(entry: Entry, { before, ...query }: EntryQuery): RecordEntryPage {
        if (before !== undefined) this.indexOfId(entry, before)
        return super.page(entry, query)
      }
    },
  ),
  store(
    'entries-end-unknown',
    'never says that there are older ones',
    ['entries/pages', 'turns/long'],
    class extends HistoryStore {
      protected override page(entry: Entry, query: EntryQuery): RecordEntryPage {
        return { ...super.page(entry, query), older: false }
      }
    },
  ),
  store(
    'entry-ids-are-places',
    'takes the place of an entry for its id, which the next one gets that stands there',
    ['entries/ids', 'entries/gone', 'watch/rewritten', 'summary/changed-beginning'],
    class extends HistoryStore {
      protected override newId(index: number): string {
        return `entry ${index}`
      }
    },
  ),
  store(
    'entry-ids-begin-anew',
    'numbers the entries of a session from 1, again after it was cleared',
    ['entries/ids'],
    class extends HistoryStore {
      readonly #next = new Map<string, number>()

      protected override newId(): string {
        const next = (this.#next.get(this.deciding) ?? 0) + 1
        this.#next.set(this.deciding, next)
        return `${next}`
      }

      protected override clear(entry: Entry): string[] {
        this.#next.delete(this.deciding)
        return super.clear(entry)
      }
    },
  ),
  store(
    'entry-unknown-is-the-end',
    'goes on from the end where it does not know the entry',
    ['entries/gone', 'watch/rewritten'],
    class extends HistoryStore {
      protected override indexOfId({ ids = [] }: Entry, id: string): number {
        const index = ids.indexOf(id)
        return index < 0 ? ids.length : index
      }
    },
  ),
  store(
    'entries-of-any-session',
    'knows an entry by its id, whosever it is',
    ['entries/gone'],
    class extends HistoryStore {
      protected override indexOfId(entry: Entry, id: string): number {
        const all = this.ids().flatMap((sessionId) => this.load(sessionId)?.ids ?? [])
        return all.includes(id) ? Math.max(entry.ids?.indexOf(id) ?? 0, 0) : super.indexOfId(entry, id)
      }
    },
  ),
  store(
    'entry-times-of-asking',
    'gives the time of asking for that of an entry',
    ['entries/times'],
    class extends HistoryStore {
      protected override entries(entry: Entry): RecordEntry[] {
        return super.entries(entry).map((one) => ({ ...one, createdAt: new Date(this.now()) }))
      }
    },
  ),
  store(
    'entry-times-of-the-session',
    'gives the time of the session for that of an entry',
    ['entries/times'],
    class extends HistoryStore {
      protected override placed(before: Entry | undefined, after: Entry, change: HistoryChange): Entry {
        const placed = super.placed(before, after, change)
        return { ...placed, times: placed.records.map(() => after.createdAt) }
      }
    },
  ),
  paging('page-unchecked', 'makes a good page of any options', ['entries/refused'], (_, options, right) => {
    const { limit = 50, before } = options ?? {}
    return right({ limit: Math.max(Math.trunc(Number(limit)) || 1, 1), ...(typeof before === 'string' && { before }) })
  }),
  paging(
    'page-takes-both',
    'goes before one entry where it is given another to go after as well',
    ['entries/refused'],
    (_, { after, ...options }, right) =>
      right(options.before === undefined && after !== undefined ? { ...options, after } : options),
  ),
  session(
    'turns-by-items',
    'makes turns of items where a store keeps no entries',
    ['entries/unsupported'],
    class extends OpenSession {
      override async turns(): ReturnType<OpenSession['turns']> {
        const items = await this.getItems()
        return items.map((item, index) => ({ first: `${index}`, entries: [{ id: `${index}`, item }] }))
      }
    },
  ),
  session(
    'turns-without-places',
    'rewinds by popping where a store keeps no entries',
    ['entries/unsupported'],
    class extends OpenSession {
      override async rewind(): Promise<Item[]> {
        const item = await this.popItem()
        return item === undefined ? [] : [item]
      }
    },
  ),
]
