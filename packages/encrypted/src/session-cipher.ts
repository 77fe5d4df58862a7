import { SessionError, yieldIfLong } from '@sessions/core'
import type { Opened, SealedEnvelope } from './envelope-format.ts'
import { clockSkew, decryptFailed, plaintextRefused } from './errors.ts'
import type { Encryption } from './options.ts'
import type { SessionKeys } from './session-keys.ts'

/** Seconds that clocks may differ, as in Fernet. */
const maxClockSkewMs = 60_000

/** Encrypts and decrypts the records of one session. */
export class SessionCipher {
  readonly #encryption: Encryption
  readonly #boundTo: string

  /** @throws SESSION_UNSUPPORTED for an id whose keys could be another one's */
  constructor(encryption: Encryption, sessionId: string) {
    this.#encryption = encryption
    this.#boundTo = encryption.boundTo ?? sessionId
    const problem = encryption.format.idProblem?.(this.#boundTo)
    if (problem !== undefined) throw new SessionError('SESSION_UNSUPPORTED', `${problem} Nothing was done.`)
  }

  /** Whether records end by themselves. */
  get expires(): boolean {
    return this.#encryption.ttl !== undefined
  }

  /** When records were made that were there before, elsewhere; a time that is still to come is none. */
  made(times: readonly (Date | undefined)[] = []): (number | undefined)[] {
    return times.map((time) => time && Math.min(time.getTime(), this.#now()))
  }

  /**
   * Records under the current key, in their order. @param written - when each was made; now for those that have none
   * @throws SESSION_ITEM_INVALID for a text that UTF-8 cannot say
   */
  async seal(texts: readonly string[], written: readonly (number | undefined)[] = []): Promise<string[]> {
    const { ring, format } = this.#encryption
    const index = texts.findIndex((text) => !text.isWellFormed())
    if (index >= 0) {
      const reason = `Record ${index + 1} of ${texts.length} has a lone surrogate, which cannot be stored. Nothing was written.`
      throw new SessionError('SESSION_ITEM_INVALID', reason)
    }
    if (texts.length === 0) return []
    const keys = await ring.forSession(ring.currentId, this.#boundTo)
    const records: string[] = []
    const now = this.#now()
    for (const [index, text] of texts.entries()) {
      const pause = yieldIfLong()
      if (pause !== undefined) await pause
      const record = format.seal(text, written[index] ?? now, keys)
      records.push(typeof record === 'string' ? record : await record)
    }
    return records
  }

  /**
   * The record opened; a promise only where it must be waited for.
   * @throws SESSION_DECRYPT_FAILED, SESSION_KEY_UNKNOWN, SESSION_PLAINTEXT_REFUSED
   */
  open(record: string): Opened | Promise<Opened> {
    const envelope = this.#encryption.format.parse(record)
    if (envelope === undefined) {
      if (!this.#encryption.allowPlaintext) throw plaintextRefused()
      return { text: record }
    }
    if (envelope.keyId === undefined) return this.#tryAll(envelope)
    const keys = this.#encryption.ring.forSession(envelope.keyId, this.#boundTo)
    return keys instanceof Promise ? keys.then((ready) => this.#open(envelope, ready)) : this.#open(envelope, keys)
  }

  /** Whether the time of an opened record is over. */
  isExpired({ written, precision = 0 }: Opened): boolean {
    const { ttl } = this.#encryption
    return ttl !== undefined && written !== undefined && this.#now() >= written + precision + ttl
  }

  /** @throws SESSION_CLOCK_SKEW where there is a ttl, for what was written in the future */
  checkTime({ written = 0 }: Opened): void {
    if (this.#encryption.ttl === undefined) return
    const ahead = written - this.#now()
    if (ahead > maxClockSkewMs) throw clockSkew(ahead)
  }

  /** What a store keeps of an operation, under each key: first what is written now, then what may have been written before. */
  async *fingerprints({ id, fingerprint }: { id: string; fingerprint: string }): AsyncIterable<string> {
    const before: string[] = []
    for (const keyId of this.#encryption.ring.keyIds) {
      const keys = await this.#encryption.ring.forSession(keyId, this.#boundTo)
      const [current = '', older = ''] = keys.fingerprints(id, fingerprint)
      yield current
      before.push(older)
    }
    yield* before
  }

  #open(envelope: SealedEnvelope, keys: SessionKeys): Opened | Promise<Opened> {
    const opened = envelope.open(keys)
    return opened instanceof Promise
      ? opened.then((value) => this.#check(value, envelope))
      : this.#check(opened, envelope)
  }

  async #tryAll(envelope: SealedEnvelope): Promise<Opened> {
    const { ring } = this.#encryption
    for (const keyId of ring.keyIds) {
      const opened = await envelope.open(await ring.forSession(keyId, this.#boundTo))
      if (opened !== undefined) return this.#check(opened, envelope)
    }
    return this.#check(undefined, envelope)
  }

  #check(opened: Opened | undefined, { problem }: SealedEnvelope): Opened {
    if (opened === undefined) throw decryptFailed(problem)
    this.checkTime(opened)
    return opened
  }

  /** Whole milliseconds. */
  #now(): number {
    return Math.floor(this.#encryption.clock.now())
  }
}
