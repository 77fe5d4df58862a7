import { SessionError, yieldIfLong } from '@sessions/core'
import type { Opened } from './envelope-format.ts'
import { located, replayed } from './errors.ts'
import type { SessionCipher } from './session-cipher.ts'

/** A stored record and what became of it. */
export interface Entry {
  /** As it is stored. */
  readonly record: string
  readonly opened: Opened
  readonly expired: boolean
}

/** What was opened before, by record: it is not opened again. What is opened is added, in its order. */
export type KnownRecords = Pick<Map<string, Opened>, 'get'> & { set(record: string, opened: Opened): unknown }

/** What a read does with a record that cannot be opened. */
export type OnUnreadable = 'throw' | 'skip'

/**
 * Opens the records of one read, page after page, oldest first, and sees whether one envelope comes twice. Holds the nonce of every
 * envelope that it saw.
 */
export class EntryReader {
  readonly #cipher: SessionCipher
  readonly #onUnreadable: OnUnreadable
  readonly #known: KnownRecords | undefined
  readonly #nonces = new Set<string>()
  #before = 0

  constructor(cipher: SessionCipher, onUnreadable: OnUnreadable, known?: KnownRecords) {
    this.#cipher = cipher
    this.#onUnreadable = onUnreadable
    this.#known = known
  }

  /**
   * The records that can be opened, expired ones too. @param place - what an error calls the one that cannot, where it is one record
   * @throws SESSION_DECRYPT_FAILED, SESSION_KEY_UNKNOWN, SESSION_PLAINTEXT_REFUSED or SESSION_REPLAYED with the place of the first
   * that cannot, unless they are to be skipped
   */
  async open(records: readonly string[], place?: string): Promise<Entry[]> {
    const entries: Entry[] = []
    for (const [index, record] of records.entries()) {
      const pause = yieldIfLong()
      if (pause !== undefined) await pause
      try {
        const known = this.#known?.get(record)
        if (known !== undefined) this.#cipher.checkTime(known)
        const opening = known ?? this.#cipher.open(record)
        const opened = opening instanceof Promise ? await opening : opening
        this.#known?.set(record, opened)
        this.#checkReplay(opened)
        entries.push({ record, opened, expired: this.#cipher.isExpired(opened) })
      } catch (error) {
        const skipped = this.#onUnreadable === 'skip' && error instanceof SessionError && !error.retryable
        if (!skipped) throw located(error, place ?? `Record ${this.#before + index + 1} of those read (oldest first)`)
      }
    }
    this.#before += records.length
    return entries
  }

  #checkReplay({ nonce }: Opened): void {
    if (nonce === undefined) return
    if (this.#nonces.has(nonce)) throw replayed()
    this.#nonces.add(nonce)
  }
}

/** What a reader may see. */
export function live(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ expired }) => !expired)
}

export function textOf({ opened }: Entry): string {
  return opened.text
}

export function recordOf({ record }: Entry): string {
  return record
}
