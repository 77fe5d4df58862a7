/** At most so many records are remembered … */
const maxRecords = 8
/** … and at most so many UTF-16 units of them: a process may hold a great many handles. */
const maxLength = 16_384

/**
 * The newest records of a session as one handle last saw or wrote them. Only a guess, since others write too: whoever acts on
 * it says so in `expectTail`. It spares the read before a write.
 */
export class KnownTail {
  /** Oldest first. */
  #records: string[] = []

  /** What is remembered of the newest record. */
  get newest(): string | undefined {
    return this.#records.at(-1)
  }

  /** These are now the newest records, oldest first, and nothing is known of those before. */
  replace(records: readonly string[]): void {
    this.#records = bounded(records)
  }

  /** These were appended to whatever there was. */
  append(records: readonly string[]): void {
    this.#records = bounded([...this.#records, ...records])
  }

  /** The newest record was removed. */
  drop(): void {
    this.#records.pop()
  }

  /** Nothing is known any more. */
  forget(): void {
    this.#records = []
  }
}

/** The newest of them that may be remembered, without a gap. */
function bounded(records: readonly string[]): string[] {
  let start = records.length
  let length = 0
  while (start > 0 && records.length - start < maxRecords) {
    length += records[start - 1]?.length ?? 0
    if (length > maxLength) break
    start--
  }
  return records.slice(start)
}
