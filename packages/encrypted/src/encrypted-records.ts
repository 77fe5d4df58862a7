import {
  type CommitResult,
  type HistoryChange,
  type ReadOptions,
  type RecordStore,
  SessionError,
  yieldIfLong,
} from '@sessions/core'
import { type Arranged, arrange } from './arrangement.ts'
import { type Entry, EntryReader, live, type OnUnreadable, recordOf, textOf } from './entries.ts'
import type { Encryption } from './options.ts'
import { SessionCipher } from './session-cipher.ts'

/** How often a write that depends on what was read is tried while others keep changing the session. */
const maxAttempts = 1_000
/** How many sessions are remembered as ones whose newest record this process could open. */
const maxProven = 10_000

/** Where a change cuts the history: the entries that it rests on, and those of them that it takes off. */
interface Cut {
  tail: readonly Entry[]
  removed: readonly Entry[]
}

/** The records of a store, encrypted on the way in and decrypted on the way out. */
export class EncryptedRecords {
  readonly #store: RecordStore
  readonly #encryption: Encryption
  readonly #proven = new Set<string>()

  constructor(store: RecordStore, encryption: Encryption) {
    this.#store = store
    this.#encryption = encryption
  }

  cipher(sessionId: string): SessionCipher {
    return new SessionCipher(this.#encryption, sessionId)
  }

  /** The newest `limit` that are not expired, oldest first; all without a limit. */
  async read(
    sessionId: string,
    limit: number | undefined,
    onUnreadable: OnUnreadable,
    options: ReadOptions,
  ): Promise<string[]> {
    for (let wanted = limit; ; wanted = (wanted ?? 0) * 2) {
      const records = await this.#store.records.read(sessionId, wanted, options)
      const found = live(await new EntryReader(this.cipher(sessionId), onUnreadable).open(records))
      if (onUnreadable === 'throw' && records.length > 0) this.#prove(sessionId)
      if (limit === undefined || wanted === undefined) return found.map(textOf)
      if (records.length < wanted || found.length >= limit) return found.slice(-limit).map(textOf)
    }
  }

  /** All that are not expired, oldest first, in pages of about `size`. */
  async *pages(sessionId: string, size: number, onUnreadable: OnUnreadable): AsyncIterable<string[]> {
    const reader = new EntryReader(this.cipher(sessionId), onUnreadable)
    for await (const records of this.#store.records.pages(sessionId, size))
      yield live(await reader.open(records)).map(textOf)
  }

  /**
   * One atomic write of what a reader sees. What is to be dropped is opened first, so that nothing is lost that could not be read.
   */
  async commit(sessionId: string, change: HistoryChange, onUnreadable: OnUnreadable): Promise<CommitResult> {
    // What names no records is passed on as it is.
    const { expectTail = [], drop = 0, clear = false, append = [], returnDropped = false, ...rest } = change
    const cipher = this.cipher(sessionId)
    if (expectTail.length === 0 && drop === 0 && !(clear && returnDropped)) {
      const sealed = await cipher.seal(append)
      if (sealed.length > 0 && onUnreadable === 'throw') await this.#proveKey(sessionId, cipher)
      return this.#commit(sessionId, cipher, { ...rest, ...(clear && { clear }), append: sealed })
    }
    const all = clear || drop === 'all'
    const sealed: (string | undefined)[] = []
    const fill = async (part: Arranged): Promise<string> => {
      if ('record' in part) return part.record
      sealed[part.text] ??= (await cipher.seal([append[part.text] as string]))[0]
      return sealed[part.text] as string
    }
    return retry(async () => {
      const cut = await this.#cut(sessionId, cipher, expectTail, all ? 'all' : drop)
      if (cut === undefined) return this.#refuse(sessionId, cipher, rest)
      const { tail, removed } = cut
      const result = await this.#commit(sessionId, cipher, {
        ...rest,
        expectTail: tail.map(recordOf),
        ...(clear ? { clear } : { drop: all ? ('all' as const) : removed.length }),
        // Compaction makes a history anew: nothing of the old one stays.
        append: await inOrder(arrange(all ? [] : removed, append), fill),
      })
      // Another condition than the tail: only the caller can decide anew.
      const isOthers = rest.expectNewest !== undefined || rest.expectMetadata !== undefined
      if (result.status === 'conflict') return isOthers ? result : undefined
      return result.status === 'applied' && returnDropped ? { ...result, dropped: live(removed).map(textOf) } : result
    })
  }

  /** Opens all records, and writes again, in one atomic step, from the first that `decide` gives something else for. */
  async rewrite(sessionId: string, decide: (entry: Entry) => string[] | Promise<string[]>): Promise<number> {
    return retry(async () => {
      const records = await this.#store.records.read(sessionId, undefined, { latest: true })
      const entries = await new EntryReader(this.cipher(sessionId), 'throw').open(records)
      const written = await inOrder(entries, decide)
      const isChanged = (after: readonly string[], index: number): boolean => {
        return after.length !== 1 || after[0] !== records[index]
      }
      const first = written.findIndex(isChanged)
      if (first < 0) return 0
      const [expectTail, append] = [records.slice(first), written.slice(first).flat()]
      const result = await this.#store.records.commit(sessionId, { expectTail, drop: expectTail.length, append })
      return result.status === 'conflict' ? undefined : written.filter(isChanged).length
    })
  }

  /** `undefined` where the newest records that are not expired are not the expected ones. */
  async #cut(
    sessionId: string,
    cipher: SessionCipher,
    expectTail: readonly string[],
    drop: number | 'all',
  ): Promise<Cut | undefined> {
    const tail = await this.#tail(sessionId, cipher, drop === 'all' ? undefined : Math.max(expectTail.length, drop))
    const texts = live(tail).map(textOf)
    const start = texts.length - expectTail.length
    if (start < 0 || expectTail.some((text, index) => text !== texts[start + index])) return undefined
    if (drop === 'all') return { tail, removed: tail }
    const first = live(tail).at(-Math.min(drop, texts.length))
    return { tail, removed: drop === 0 || first === undefined ? [] : tail.slice(tail.indexOf(first)) }
  }

  /** The newest entries, among them `wanted` that are not expired, or all there are. */
  async #tail(sessionId: string, cipher: SessionCipher, wanted: number | undefined): Promise<Entry[]> {
    for (let limit = wanted; ; limit = (limit ?? 0) * 2) {
      const records = await this.#store.records.read(sessionId, limit, { latest: true })
      const entries = await new EntryReader(cipher, 'throw').open(records)
      const complete = wanted === undefined || limit === undefined || records.length < limit
      if (complete || live(entries).length >= wanted) return entries
    }
  }

  /** A tail that nothing ends with, so that only the rest decides: whether the operation was done before, say. */
  async #refuse(sessionId: string, cipher: SessionCipher, rest: HistoryChange): Promise<CommitResult> {
    if (Object.keys(rest).length === 0) return { status: 'conflict' }
    return this.#commit(sessionId, cipher, { ...rest, expectTail: [crypto.randomUUID()] })
  }

  /** With a keyed digest in the place of the operation's fingerprint; one under an older key is the same operation. */
  async #commit(sessionId: string, cipher: SessionCipher, change: HistoryChange): Promise<CommitResult> {
    const { operation } = change
    if (operation === undefined) return this.#store.records.commit(sessionId, change)
    let result: CommitResult = { status: 'reused' }
    for await (const fingerprint of cipher.fingerprints(operation.fingerprint)) {
      result = await this.#store.records.commit(sessionId, { ...change, operation: { id: operation.id, fingerprint } })
      if (result.status !== 'reused') break
    }
    return result
  }

  /**
   * Before the first append to a session, opens its newest record: who has the wrong key under the right id learns it before
   * anything is written that others cannot read. An unknown key id is no obstacle: while keys are changed, an older process may
   * not have the newest.
   */
  async #proveKey(sessionId: string, cipher: SessionCipher): Promise<void> {
    if (this.#proven.has(sessionId)) return
    try {
      await new EntryReader(cipher, 'throw').open(await this.#store.records.read(sessionId, 1, { latest: true }))
    } catch (error) {
      if (!(error instanceof SessionError && error.code === 'SESSION_KEY_UNKNOWN')) throw error
    }
    this.#prove(sessionId)
  }

  #prove(sessionId: string): void {
    this.#proven.add(sessionId)
    if (this.#proven.size > maxProven) this.#proven.delete(this.#proven.keys().next().value as string)
  }
}

/** Tries until there is a result. @throws SESSION_BUSY where others are always faster */
async function retry<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let attempts = 0; attempts < maxAttempts; attempts++) {
    const result = await attempt()
    if (result !== undefined) return result
  }
  const reason = `Others changed the session ${maxAttempts} times meanwhile. Nothing was changed.`
  throw new SessionError('SESSION_BUSY', reason)
}

async function inOrder<T, R>(values: readonly T[], work: (value: T) => R | Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const value of values) {
    await yieldIfLong()
    results.push(await work(value))
  }
  return results
}
