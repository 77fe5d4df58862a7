import type { DecryptedCache, DecryptedRecord } from './decrypted-cache.ts'
import type { KnownRecords } from './entries.ts'
import type { Opened } from './envelope-format.ts'

/** How many stores have had a part of a cache, for names that no two of them share. */
let stores = 0

/** What one store has in a cache. */
export class DecryptedReads {
  readonly #cache: DecryptedCache
  readonly #prefix = `${++stores} `

  constructor(cache: DecryptedCache) {
    this.#cache = cache
  }

  /** For one read of a session. @param generation - of the keys: what was opened under an earlier one is not known any more */
  begin(sessionId: string, generation: number): DecryptedRead {
    return new DecryptedRead(this.#cache, this.#prefix + sessionId, generation)
  }

  clear(sessionId?: string): void {
    if (sessionId === undefined) this.#cache.deleteAll(this.#prefix)
    else this.#cache.delete(this.#prefix + sessionId)
  }
}

/**
 * One read of a history, oldest record first, beside what was decrypted of it before. Both follow one another, so after the first record
 * is found, each further one costs a comparison with the one that is due; where it is another one, it is decrypted.
 */
export class DecryptedRead implements KnownRecords {
  readonly #cache: DecryptedCache
  readonly #name: string
  readonly #generation: number
  readonly #kept: readonly DecryptedRecord[]
  readonly #read: DecryptedRecord[] = []
  /** Where in `#kept` the next record is due; `undefined` before the first one. */
  #due: number | undefined
  #opened = 0

  constructor(cache: DecryptedCache, name: string, generation: number) {
    this.#cache = cache
    this.#name = name
    this.#generation = generation
    const history = cache.get(name)
    this.#kept = history?.generation === generation ? history.records : []
  }

  get(record: string): Opened | undefined {
    this.#due ??= Math.max(
      this.#kept.findIndex((kept) => kept.record === record),
      0,
    )
    const kept = this.#kept[this.#due++]
    if (kept?.record === record) return kept.opened
    this.#opened++
    return undefined
  }

  set(record: string, opened: Opened): void {
    this.#read.push({ record, opened })
  }

  /** The read was complete: what it saw is known to the next one, and what was known of what lies before it, too. */
  end(): void {
    const first = this.#read[0]
    const before = first === undefined ? -1 : this.#kept.findIndex(({ record }) => record === first.record)
    const records = [...this.#kept.slice(0, Math.max(before, 0)), ...this.#read]
    this.#cache.set(this.#name, { records, generation: this.#generation })
  }
}
