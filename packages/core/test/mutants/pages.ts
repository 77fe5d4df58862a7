import { setImmediate as moment } from 'node:timers/promises'
import type { CommitResult, HistoryChange, RecordPage } from '@sessions/core'
import { type Item, type Mutant, OpenSession, session, store } from './mutant.ts'
import { PlainStore } from './plain-store.ts'

/** A page by its offset, as `LIMIT … OFFSET …` gives it. */
function pageAt(records: readonly string[], start: number, size: number): RecordPage {
  const next = start + size
  return { records: records.slice(start, next), ...(next < records.length && { next: String(next) }) }
}

export const pageMutants: readonly Mutant[] = [
  store(
    'page-from-the-first-of-its-time',
    'finds its place among all records of one time by looking at each, once they are more than it remembers',
    ['scale/one-batch'],
    class extends PlainStore {
      protected override async _page(sessionId: string, cursor = '0', size: number): Promise<RecordPage> {
        const records = await this._read(sessionId, undefined)
        const start = Number(cursor)
        if (start <= 30_000) return pageAt(records, start, size)
        const passed = records.slice(0, start).filter((record) => JSON.stringify(JSON.parse(record)) !== '')
        return pageAt(records, passed.length, size)
      }
    },
  ),
  store(
    'page-skips-one',
    'continues after the first record of the next page',
    ['items/all'],
    class extends PlainStore {
      protected override async _page(sessionId: string, cursor = '0', size: number): Promise<RecordPage> {
        const { next, ...page } = pageAt(await this._read(sessionId, undefined), Number(cursor), size)
        return next === undefined ? page : { ...page, next: String(Number(next) + 1) }
      }
    },
  ),
  store(
    'page-repeats-one',
    'continues with the last record of the page before',
    ['items/all'],
    class extends PlainStore {
      protected override async _page(sessionId: string, cursor = '0', size: number): Promise<RecordPage> {
        const { next, ...page } = pageAt(
          await this._read(sessionId, undefined),
          Math.max(Number(cursor) - 1, 0),
          size + Math.sign(Number(cursor)),
        )
        return next === undefined ? page : { ...page, next }
      }
    },
  ),
  store(
    'cursor-by-text-number',
    'compares cursors as text',
    ['items/all'],
    class extends PlainStore {
      protected override async _page(sessionId: string, cursor = '', size: number): Promise<RecordPage> {
        const rows = (await this._read(sessionId, undefined)).map((record, index) => ({
          record,
          id: String(index + 1),
        }))
        const found = rows.filter(({ id }) => id > cursor).slice(0, size)
        const last = found.at(-1)?.id
        const more = last !== undefined && rows.some(({ id }) => id > last)
        return { records: found.map(({ record }) => record), ...(more && { next: last }) }
      }
    },
  ),
  store(
    'pages-of-all-sessions',
    'reads on by the number of a record, whosever it is',
    ['items/others'],
    class extends PlainStore {
      protected override async _page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage> {
        const page = await super._page(sessionId, cursor, size)
        const other = this.ids().find((id) => id !== sessionId)
        return cursor === undefined || other === undefined
          ? page
          : { ...page, records: this.load(other)?.records.slice(0, size) ?? [] }
      }
    },
  ),
  store(
    'pages-from-the-end',
    'counts pages from the newest record',
    ['items/while-appending'],
    class extends PlainStore {
      protected override async _page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage> {
        const records = await this._read(sessionId, undefined)
        const left = cursor === undefined ? records.length : Number(cursor)
        const start = records.length - left
        return { records: records.slice(start, start + size), ...(left > size && { next: String(left - size) }) }
      }
    },
  ),
  store(
    'pages-blind-to-rewrites',
    'continues one history with another',
    ['items/while-replacing'],
    class extends PlainStore {
      protected override async _page(sessionId: string, cursor = '0', size: number): Promise<RecordPage> {
        return pageAt(await this._read(sessionId, undefined), Number(cursor), size)
      }
    },
  ),
  session(
    'page-size-unchecked',
    'takes any page size for a good one',
    ['items/refused', 'lifecycle/options'],
    class extends OpenSession {
      override items(options: { pageSize?: number } = {}): AsyncIterable<Item> {
        const { pageSize = 500 } = options
        return super.items({ ...options, pageSize: Number.isSafeInteger(pageSize) && pageSize > 0 ? pageSize : 500 })
      }
    },
  ),
  store(
    'commit-in-two',
    'drops in one write and appends in another',
    ['compaction/atomic'],
    class extends PlainStore {
      protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
        const { append = [], ...rest } = change
        if (!change.drop || append.length === 0) return super._commit(sessionId, change)
        const result = await super._commit(sessionId, rest)
        await moment()
        if (result.status === 'applied') await super._commit(sessionId, { append })
        return result
      }
    },
  ),
]
