import {
  type CommitResult,
  type EntryQuery,
  type HistoryChange,
  type Maintenance,
  type ReadOptions,
  type RecordPage,
  type RecordStore,
  SessionError,
  yieldIfLong,
} from '@sessions/core'
import { type Arranged, arrange } from './arrangement.ts'
import { cutOf, type NewReader, newReader } from './cut.ts'
import { type DecryptedRead, DecryptedReads } from './decrypted-reads.ts'
import { EntryReader, live, type OnUnreadable, recordOf, textOf } from './entries.ts'
import { EntryPages, type OpenedPage } from './entry-pages.ts'
import { type Maintained, Maintainer, type Plan } from './maintainer.ts'
import type { Encryption } from './options.ts'
import { SessionCipher } from './session-cipher.ts'

/** How many sessions are remembered as ones whose newest record this process could open. */
const maxProven = 10_000

/** The records of a store, encrypted on the way in and decrypted on the way out. */
export class EncryptedRecords {
  readonly #store: RecordStore
  readonly #encryption: Encryption
  readonly #proven = new Set<string>()
  /** What was decrypted before; `undefined` where nothing is to be kept. */
  readonly #decrypted: DecryptedReads | undefined

  constructor(store: RecordStore, encryption: Encryption) {
    this.#store = store
    this.#encryption = encryption
    this.#decrypted = encryption.cache && new DecryptedReads(encryption.cache)
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
      const known = this.#known(sessionId)
      const found = live(await new EntryReader(this.cipher(sessionId), onUnreadable, known).open(records))
      known?.end()
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

  /** Those of the store beneath that are to be seen, opened. */
  entries(sessionId: string, query: EntryQuery, onUnreadable: OnUnreadable): Promise<OpenedPage> {
    return new EntryPages(this.#store, sessionId, this.cipher(sessionId), onUnreadable).page(query)
  }

  /**
   * One atomic write of what a reader sees. What is to be dropped is opened first, so that nothing is lost that could not be read.
   * @param written - what the ttl of each record to append counts from, where that is not what `appendTimes` says
   */
  async commit(
    sessionId: string,
    change: HistoryChange,
    onUnreadable: OnUnreadable,
    written?: readonly (number | undefined)[],
  ): Promise<CommitResult> {
    if (change.clear === true) this.forget(sessionId)
    if (change.maintain !== undefined) return this.#maintain(sessionId, change.maintain)
    const cipher = this.cipher(sessionId)
    const conditions = await this.#conditions(sessionId, cipher, change, onUnreadable)
    if (conditions === undefined) return this.#refuse(sessionId, cipher, change)
    const { append = [], appendTimes, expectTail = [], drop = 0, ...rest } = { ...change, ...conditions }
    const times = written ?? cipher.made(appendTimes)
    const tellsAll = rest.clear === true && rest.returnDropped === true
    if (expectTail.length === 0 && drop === 0 && !tellsAll) {
      const sealed = await cipher.seal(append, times)
      const continues = sealed.length > 0 && rest.clear !== true && rest.create !== true
      if (continues && onUnreadable === 'throw') await this.#proveKey(sessionId, cipher)
      return this.#commit(sessionId, cipher, { ...rest, append: sealed, ...(appendTimes && { appendTimes }) })
    }
    const sealed: (string | undefined)[] = []
    const fill = async (part: Arranged): Promise<string> => {
      if (part.record !== undefined) return part.record
      sealed[part.text] ??= (await cipher.seal([append[part.text] as string], [times[part.text]]))[0]
      return sealed[part.text] as string
    }
    // What one attempt has opened and sealed, the next does not open and seal again.
    const reader: NewReader = newReader(cipher, new Map())
    const whole = drop === 'all' || rest.clear === true
    // What the caller expects beside the tail is for the caller to look at again.
    const expectsMore = rest.expectNewest !== undefined || rest.expectMetadata !== undefined
    // Where nothing is hidden, as many entries go as are seen to go: no need to send them.
    const isCounted = rest.expectNewest !== undefined && expectTail.length === 0 && !cipher.expires
    return this.#retry(sessionId, async () => {
      const cut = await cutOf(this.#store, sessionId, reader, expectTail, whole ? 'all' : drop)
      if (cut === undefined) return this.#refuse(sessionId, cipher, rest)
      const { tail, removed } = cut
      // Compaction makes a history anew: nothing of the old one stays.
      const arranged = arrange(whole ? [] : removed, append)
      const result = await this.#commit(sessionId, cipher, {
        ...withoutAnswer(rest),
        ...(!isCounted && { expectTail: tail.map(recordOf) }),
        ...(rest.clear !== true && { drop: whole ? 'all' : removed.length }),
        append: await inOrder(arranged, fill),
        ...(appendTimes && { appendTimes: arranged.map(({ text = -1 }) => appendTimes[text]) }),
      })
      if (result.status === 'conflict' && !expectsMore) return undefined
      if (result.status !== 'applied') return result
      // What was dropped is told where it was asked for, or where the store beneath tells it anyway.
      const tells = rest.returnDropped === true || result.dropped.length > 0
      return { ...result, dropped: tells ? live(removed).map(textOf) : [] }
    })
  }

  /**
   * One page with the places of the store beneath, which say here also when each was written: what replaces a record has its time.
   */
  async page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage> {
    const { records, places, next } = await this.#store.records.page(sessionId, cursor, size)
    const opened = await new EntryReader(this.cipher(sessionId), 'throw').open(records)
    const placed = opened.map((entry, index) => ({
      entry,
      place: `${entry.opened.written ?? ''} ${places?.[index] ?? ''}`,
    }))
    const found = placed.filter(({ entry }) => !entry.expired)
    return {
      records: found.map(({ entry }) => textOf(entry)),
      ...(places !== undefined && { places: found.map(({ place }) => place) }),
      ...(next !== undefined && { next }),
    }
  }

  /** What was decrypted of a session, or of all, is kept no longer. */
  forget(sessionId?: string): void {
    this.#decrypted?.clear(sessionId)
  }

  async #maintain(sessionId: string, { replace = [], remove = [] }: Maintenance): Promise<CommitResult> {
    const cipher = this.cipher(sessionId)
    const beneath = (place: string): string => place.slice(place.indexOf(' ') + 1)
    const sealed = await inOrder(replace, async ({ place, record }) => {
      const written = Number.parseInt(place, 10)
      const [envelope = ''] = await cipher.seal([record], Number.isNaN(written) ? [] : [written])
      return { place: beneath(place), record: envelope }
    })
    return this.#store.records.commit(sessionId, { maintain: { replace: sealed, remove: remove.map(beneath) } })
  }

  /** Replaces and removes records where they stand. */
  maintain(sessionId: string, plan: Plan): Promise<Maintained> {
    return new Maintainer(this.#store, sessionId, plan).run()
  }

  /** What a change says of the newest entry, in the words of the store beneath; `undefined` where that is not so. */
  async #conditions(
    sessionId: string,
    cipher: SessionCipher,
    { expectNewest }: HistoryChange,
    onUnreadable: OnUnreadable,
  ): Promise<Pick<HistoryChange, 'expectNewest'> | undefined> {
    if (expectNewest === undefined) return {}
    const pages = new EntryPages(this.#store, sessionId, cipher, onUnreadable)
    const newest = await pages.newestBeneath(expectNewest)
    return newest === undefined ? undefined : { expectNewest: newest }
  }

  /** A tail that nothing ends with, so that only the operation decides: done before, or not. */
  async #refuse(sessionId: string, cipher: SessionCipher, { operation, lease }: HistoryChange): Promise<CommitResult> {
    if (operation === undefined && lease === undefined) return { status: 'conflict' }
    const decisive = { ...(operation && { operation }), ...(lease !== undefined && { lease }) }
    return this.#commit(sessionId, cipher, { ...decisive, expectTail: [crypto.randomUUID()] })
  }

  /** With a keyed digest in the place of the operation's fingerprint; one under an older key is the same operation. */
  async #commit(sessionId: string, cipher: SessionCipher, change: HistoryChange): Promise<CommitResult> {
    const { operation } = change
    if (operation === undefined) return this.#store.records.commit(sessionId, change)
    let result: CommitResult = { status: 'reused' }
    for await (const fingerprint of cipher.fingerprints(operation)) {
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

  /** Tries until there is a result, in turn with others who do so. @throws SESSION_BUSY where others are always faster */
  async #retry(sessionId: string, attempt: () => Promise<CommitResult | undefined>): Promise<CommitResult> {
    let settled: CommitResult | undefined
    await this.#store.records.modify(sessionId, async () => {
      settled = await attempt()
      return settled === undefined ? { status: 'conflict' } : { status: 'applied', dropped: [] }
    })
    return settled ?? { status: 'conflict' }
  }

  #known(sessionId: string): DecryptedRead | undefined {
    return this.#decrypted?.begin(sessionId, this.#encryption.ring.generation)
  }

  #prove(sessionId: string): void {
    this.#proven.add(sessionId)
    if (this.#proven.size > maxProven) this.#proven.delete(this.#proven.keys().next().value as string)
  }
}

/** Nothing of what was dropped is to be fetched: it was read before. */
function withoutAnswer({ returnDropped: _, ...change }: HistoryChange): HistoryChange {
  return change
}

async function inOrder<T, R>(values: readonly T[], work: (value: T) => R | Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const value of values) {
    await yieldIfLong()
    results.push(await work(value))
  }
  return results
}
