import type { RecordAccess } from '../store/record-access.ts'
import type { RecordStore } from '../store/record-store.ts'

/**
 * The single reads and writes of one handle, each begun when the one before it has ended, well or not: backends with several connections,
 * and codecs that take their time, would let a later one overtake. A call that finds nothing under way begins at once. The store stays
 * open for those that wait.
 */
export class CallOrder {
  readonly #store: RecordStore
  #last: Promise<unknown> | undefined

  constructor(store: RecordStore) {
    this.#store = store
  }

  /** @throws SESSION_CLOSED where the store was closed */
  run<T>(work: (records: RecordAccess) => Promise<T>): Promise<T> {
    const { records, release } = this.#store.records.hold()
    const begin = (): Promise<T> => work(records)
    const mine = this.#last === undefined ? begin() : this.#last.then(begin, begin)
    this.#last = mine
    const end = (): void => {
      if (this.#last === mine) this.#last = undefined
      release()
    }
    mine.then(end, end)
    return mine
  }
}
