import type { EntriesPage, PageEntry } from '../src/shared/api.ts'
import { AnswerError, getJSON } from './api.ts'

/** How many entries are asked for at once, and how many are kept. */
const stride = 100
const most = 1_500

/** What of a history is there: a stretch of it, which grows on the side that is looked at and is let go on the other. */
export interface EntryStretch {
  entries: readonly PageEntry[]
  older: boolean
  newer: boolean
  busy: boolean
  error?: string
}

const nothing: EntryStretch = { entries: [], older: false, newer: false, busy: true }

/** The stretch of one session. */
export class EntryWindow {
  readonly #sessionId: string
  readonly #onChange: (stretch: EntryStretch) => void
  readonly #ended = new AbortController()
  #now: EntryStretch = nothing
  /** One question after the other. */
  #last: Promise<void> = Promise.resolve()

  constructor(sessionId: string, onChange: (stretch: EntryStretch) => void) {
    this.#sessionId = sessionId
    this.#onChange = onChange
  }

  /** What is there. */
  get now(): EntryStretch {
    return this.#now
  }

  close(): void {
    this.#ended.abort()
  }

  newest(): Promise<void> {
    return this.#do(async () => this.#set(await this.#ask({})))
  }

  oldest(): Promise<void> {
    return this.#do(async () => this.#set(await this.#ask({ first: '1' })))
  }

  /** An entry and what is around it; what is there already is not asked for. */
  around(entry: string): Promise<void> {
    return this.#do(async () => {
      if (this.#now.entries.some(({ id }) => id === entry)) return
      this.#set(await this.#ask({ around: entry }))
    })
  }

  before(): Promise<void> {
    return this.#do(async () => {
      const { entries, older, newer } = this.#now
      const [first] = entries
      if (!older || first === undefined) return
      const page = await this.#ask({ before: first.id })
      const all = [...page.entries, ...entries]
      this.#set({ entries: all.slice(0, most), older: page.older, newer: newer || all.length > most })
    })
  }

  /** What follows; `live`: all that was added, where the end is there. */
  after(live = false): Promise<void> {
    return this.#do(async () => {
      // What is added is only followed from the end on.
      if (this.#now.newer === live && this.#now.entries.length > 0) return
      let page: EntriesPage
      do {
        const { entries, older } = this.#now
        const last = entries.at(-1)
        page = await this.#ask(last === undefined ? {} : { after: last.id })
        const all = [...entries, ...page.entries]
        this.#set({
          entries: all.slice(-most),
          older: (last ? older : page.older) || all.length > most,
          newer: page.newer,
        })
      } while (live && page.newer)
    })
  }

  async #ask(where: Readonly<Record<string, string>>): Promise<EntriesPage> {
    return await getJSON<EntriesPage>('entries', { id: this.#sessionId, limit: stride, ...where }, this.#ended.signal)
  }

  #set({ entries, older, newer }: EntriesPage): void {
    this.#tell({ entries, older, newer, busy: false })
  }

  #tell(stretch: EntryStretch): void {
    this.#now = stretch
    this.#onChange(stretch)
  }

  #do(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      if (this.#ended.signal.aborted) return
      try {
        this.#tell({ ...this.#now, busy: true })
        await work()
        if (this.#now.busy) this.#tell({ ...this.#now, busy: false })
      } catch (error) {
        if (this.#ended.signal.aborted) return
        // Something that was there is gone: what is there now is shown.
        const isGone = error instanceof AnswerError && error.status === 409 && this.#now.entries.length > 0
        this.#tell({ ...nothing, busy: false, error: (error as Error).message })
        if (isGone) this.#set(await this.#ask({}))
      }
    })
    return this.#last
  }
}
