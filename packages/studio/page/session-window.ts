import type { SessionRow, SessionsPage } from '../src/shared/api.ts'
import { getJSON, type Query } from './api.ts'

/** How many sessions are asked for at once, and of how many such pages the rows are kept. */
const stride = 100
const mostPages = 20

/** What of the listing is there. */
export interface SessionStretch {
  sessions: readonly SessionRow[]
  newer: boolean
  older: boolean
  busy: boolean
  /** How many sessions were looked through for a text, until now. */
  searched?: number
  error?: string
}

/** Pages of the listing, one after the other. Of those that are out of sight only the place is kept, so that they can be read again. */
export class SessionWindow {
  readonly #query: Query
  readonly #onChange: (stretch: SessionStretch) => void
  readonly #ended = new AbortController()
  /** Where each page begins: the first at the beginning. */
  readonly #places: (string | undefined)[] = [undefined]
  #pages: (readonly SessionRow[])[] = []
  /** The number of the first of the pages that are there. */
  #first = 0
  #searched: number | undefined
  #isBusy = false

  constructor(query: Query, onChange: (stretch: SessionStretch) => void) {
    this.#query = query
    this.#onChange = onChange
  }

  close(): void {
    this.#ended.abort()
  }

  /** The next page. A search that finds little goes on until something is there. */
  async older(): Promise<void> {
    await this.#do(async () => {
      const number = this.#first + this.#pages.length
      if (number >= this.#places.length) return
      const page = await this.#read(number)
      this.#pages = [...this.#pages, page.sessions]
      if (page.next !== undefined) this.#places[number + 1] = page.next
      if (page.searched !== undefined) this.#searched = (this.#searched ?? 0) + page.searched
      while (this.#pages.length > mostPages) {
        this.#pages = this.#pages.slice(1)
        this.#first++
      }
    })
  }

  /** The page before those that are there. */
  async newer(): Promise<void> {
    await this.#do(async () => {
      if (this.#first === 0) return
      const { sessions } = await this.#read(this.#first - 1)
      this.#first--
      this.#pages = [sessions, ...this.#pages].slice(0, mostPages)
    })
  }

  /** Reads the beginning again, where it is what is looked at: what was changed is there now. */
  async refresh(): Promise<void> {
    if (this.#first > 0 || this.#pages.length !== 1 || this.#isBusy) return
    const page = await this.#read(0)
    if (JSON.stringify(page.sessions) === JSON.stringify(this.#pages[0])) return
    this.#pages = [page.sessions]
    this.#places.length = 1
    if (page.next !== undefined) this.#places[1] = page.next
    this.#tell()
  }

  async #do(work: () => Promise<void>): Promise<void> {
    if (this.#isBusy || this.#ended.signal.aborted) return
    this.#isBusy = true
    this.#tell()
    try {
      await work()
      this.#isBusy = false
      this.#tell()
    } catch (error) {
      this.#isBusy = false
      if (!this.#ended.signal.aborted) this.#tell((error as Error).message)
    }
  }

  async #read(number: number): Promise<SessionsPage> {
    const after = this.#places[number]
    const query = { ...this.#query, limit: stride, after }
    return await getJSON<SessionsPage>('sessions', query, this.#ended.signal)
  }

  #tell(error?: string): void {
    this.#onChange({
      // One that was changed meanwhile may come twice.
      sessions: [...new Map(this.#pages.flat().map((row) => [row.sessionId, row])).values()],
      newer: this.#first > 0,
      older: this.#first + this.#pages.length < this.#places.length,
      busy: this.#isBusy,
      ...(this.#searched !== undefined && { searched: this.#searched }),
      ...(error !== undefined && { error }),
    })
  }
}
