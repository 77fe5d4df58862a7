import { added, noSums, type Sums, type SumsPart } from '../src/shared/pictures.ts'
import { getJSON } from './api.ts'

/** After how many sessions it waits to be told to go on, and how many are asked for at once. */
export const stretchLength = 5_000
const stride = 500

/** What was looked at. */
export interface PicturesState {
  sums: Sums
  busy: boolean
  /** Whether there are sessions beyond. */
  older: boolean
  error?: string
}

/** The days are those of whoever looks. */
export const timeZone: string = new Intl.DateTimeFormat().resolvedOptions().timeZone

/** Sums over the newest sessions, answer by answer. */
export class PicturesSums {
  readonly #onChange: (state: PicturesState) => void
  readonly #ended = new AbortController()
  #sums: Sums = noSums
  #after: string | undefined
  #isBusy = false

  constructor(onChange: (state: PicturesState) => void) {
    this.#onChange = onChange
  }

  /** Ends what the server is doing, too. */
  close(): void {
    this.#ended.abort()
  }

  /** Looks at the next sessions. */
  async further(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    const enough = this.#sums.sessions + stretchLength
    try {
      do {
        this.#tell()
        const query = { limit: Math.min(stride, enough - this.#sums.sessions), after: this.#after, timeZone }
        const { next, ...part } = await getJSON<SumsPart>('pictures', query, this.#ended.signal)
        this.#sums = added([this.#sums, part])
        this.#after = next
      } while (this.#after !== undefined && this.#sums.sessions < enough)
      this.#isBusy = false
      this.#tell()
    } catch (error) {
      this.#isBusy = false
      if (!this.#ended.signal.aborted) this.#tell((error as Error).message)
    }
  }

  #tell(error?: string): void {
    const state = { sums: this.#sums, busy: this.#isBusy, older: this.#after !== undefined }
    this.#onChange({ ...state, ...(error !== undefined && { error }) })
  }
}
