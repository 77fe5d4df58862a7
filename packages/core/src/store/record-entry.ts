import { assertOptions, checkInteger } from '../call/validate.ts'

/** A record with its place: what a page of a history is made of. */
export interface RecordEntry {
  /**
   * The same in every process and stable while the entry is stored; never given to another entry of any session, also after the
   * session was cleared. Any string of up to 255 UTF-16 units.
   */
  id: string
  record: string
  /** When it was appended, where the backend keeps that. */
  createdAt?: Date
}

/** Which entries: the newest, those before an entry, or those after one. Never both `before` and `after`. */
export interface EntryQuery {
  /** At most so many; positive. */
  limit: number
  /** The newest of those that are older than this entry. */
  before?: string
  /** The oldest of those that are newer than this entry; `null`: the oldest of all. */
  after?: string | null
  /** With `after`: only if from entry `first` up to `after`, both included, there are still so many; else SESSION_CONFLICT. */
  expect?: { first: string; count: number }
}

/** Entries in the order in which they were appended, and whether there are more on either side of them. */
export interface RecordEntryPage {
  entries: RecordEntry[]
  older: boolean
  newer: boolean
}

/** How a page is asked for. */
export interface PageOptions {
  /** At most so many entries. Default: 50. */
  limit?: number
  /** The id of an entry: the entries right before it. */
  before?: string
  /** The id of an entry: the entries right after it. */
  after?: string
}

/** @throws TypeError or RangeError that names the option */
export function checkPageOptions(options: PageOptions): EntryQuery {
  assertOptions('page', options, { limit: 'number', before: 'string', after: 'string' })
  const { limit = 50, before, after } = options
  checkInteger('limit', limit, 1)
  if (before !== undefined && after !== undefined) throw new TypeError('page takes before or after, not both.')
  return { limit, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
}
