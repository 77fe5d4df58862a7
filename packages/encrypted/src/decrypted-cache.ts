import type { Opened } from './envelope-format.ts'

/** What a cache may hold. */
export interface DecryptedCacheOptions {
  /** Bytes, counted as one for each character of an envelope and two for each of what was in it, and 200 for each item. */
  maxBytes: number
}

/** A record as it is stored, and what was in it. */
export interface DecryptedRecord {
  readonly record: string
  readonly opened: Opened
}

/** The records of one session that follow one another, and under which generation of keys they were opened. */
export interface DecryptedHistory {
  readonly records: readonly DecryptedRecord[]
  readonly generation: number
}

/** What an item costs beside its texts: objects, a nonce, places in lists. */
const bytesEach = 200

/**
 * What was decrypted of the newest read histories, so that the next read decrypts only what is new: an item is taken from here only
 * where the stored envelope is the very one that it was decrypted from. Share one among stores to bound what they hold together.
 * When more is held than `maxBytes`, the histories that were not read for longest go first, and one that alone is larger is not held.
 */
export class DecryptedCache {
  readonly maxBytes: number
  /** The one read last is last. */
  readonly #histories = new Map<string, { history: DecryptedHistory; bytes: number }>()
  #bytes = 0

  /** @throws TypeError or RangeError that names the option */
  constructor({ maxBytes }: DecryptedCacheOptions) {
    if (typeof maxBytes !== 'number') throw new TypeError('maxBytes must be a number.')
    if (!(maxBytes >= 0)) throw new RangeError(`maxBytes must be 0 or a positive number, not ${maxBytes}.`)
    this.maxBytes = maxBytes
  }

  /** Bytes that are held now, counted as `maxBytes` is. */
  get bytes(): number {
    return this.#bytes
  }

  /** What is held under a name. */
  get(name: string): DecryptedHistory | undefined {
    return this.#histories.get(name)?.history
  }

  /** Holds a history under a name, in the place of what was there. */
  set(name: string, history: DecryptedHistory): void {
    this.delete(name)
    const bytes = history.records.reduce((sum, { record, opened }) => sum + sizeOf(record, opened), 0)
    if (bytes > this.maxBytes || history.records.length === 0) return
    this.#histories.set(name, { history, bytes })
    this.#bytes += bytes
    for (const oldest of this.#histories.keys()) {
      if (this.#bytes <= this.maxBytes) return
      this.delete(oldest)
    }
  }

  /** Lets go of what is held under a name. */
  delete(name: string): void {
    this.#bytes -= this.#histories.get(name)?.bytes ?? 0
    this.#histories.delete(name)
  }

  /** Lets go of all whose name begins so. */
  deleteAll(prefix: string): void {
    for (const name of this.#histories.keys()) if (name.startsWith(prefix)) this.delete(name)
  }
}

function sizeOf(record: string, { text }: Opened): number {
  return record.length + 2 * text.length + bytesEach
}

/** What the stores of this process share that were given none: 64 MiB. */
export const processCache: DecryptedCache = new DecryptedCache({ maxBytes: 64 * 2 ** 20 })
