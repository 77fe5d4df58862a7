import { kept } from '../call/kept.ts'
import { type Earlier, neighbours, type Records } from '../codec/records.ts'
import { SessionError } from '../errors/session-error.ts'
import type { CommitResult, HistoryChange } from '../store/history-change.ts'
import type { RecordAccess } from '../store/record-access.ts'
import type { Decide } from '../store/store-hooks.ts'
import { applyMutations, type HistoryMutation } from './history-transaction.ts'
import type { KnownTail } from './known-tail.ts'
import { keptTimes, type PlacedRecord, readPlaced } from './placed-history.ts'

/** What takes the place of the newest records. */
type Change = Pick<HistoryChange, 'append' | 'appendTimes'> & { drop: number }

/** The writes of a session that depend on what is stored: each says in its commit what it was decided on. */
export class HistoryEdits<TItem extends object> {
  readonly #sessionId: string
  readonly #records: Records<TItem>

  constructor(sessionId: string, records: Records<TItem>) {
    this.#sessionId = sessionId
    this.#records = records
  }

  /**
   * Decodes before it removes, so that a record which cannot be decoded is never lost. Tries first with the newest record as
   * the handle remembers it, and reads where that is nothing, or not what is stored.
   */
  async pop(records: RecordAccess, tail: KnownTail): Promise<TItem | undefined> {
    let popped: TItem | undefined
    const decide: Decide = async (expectTail) => {
      tail.forget()
      popped = (await this.#records.decode(expectTail, this.#before(records, 1)))[0]
      return popped && { expectTail, drop: 1 }
    }
    const attempt = async (): Promise<CommitResult> => {
      const { newest } = tail
      const [guess] = newest === undefined ? [] : await this.#records.decodeReadable([newest], this.#before(records, 1))
      const guessed = newest !== undefined && guess !== undefined
      const expectTail = guessed ? [newest] : await records.read(this.#sessionId, 1, { latest: true })
      popped = guessed ? guess : (await this.#records.decode(expectTail, this.#before(records, 1)))[0]
      if (popped === undefined) return unchanged
      if (guessed) tail.drop()
      const result = await records.commit(this.#sessionId, { expectTail, drop: 1 })
      if (result.status !== 'applied') tail.forget()
      return result
    }
    await records.modify(this.#sessionId, attempt, { locked: { limit: 1, decide } })
    return popped
  }

  /** Replaces function calls where they stand. The records of items that did not change stay byte for byte. */
  async mutate(records: RecordAccess, mutations: readonly HistoryMutation<TItem>[]): Promise<void> {
    const decode = kept((record: string) => this.#records.decodeOne(record))
    const encode = kept(async (item: TItem) => (await this.#records.encode([item])).join(''))
    let entries: readonly PlacedRecord[] = []
    const changeOf = async (stored: readonly string[]): Promise<Change | undefined> => {
      const before = await this.#records.decode(stored, undefined, decode)
      const after = applyMutations(before, mutations)
      const same = after.findIndex((item, index) => item !== before[index])
      if (same < 0) return undefined
      const known = new Map(before.map((item, index) => [item, stored[index]]))
      const append = await Promise.all(after.slice(same).map((item) => known.get(item) ?? encode(item)))
      return { drop: stored.length - same, append, ...keptTimes(entries.slice(same), append) }
    }
    const attempt = async (): Promise<CommitResult> => {
      const history = await readPlaced(records, this.#sessionId)
      entries = history.entries
      const change = await changeOf(entries.map(({ record }) => record))
      if (change === undefined) return unchanged
      return records.commit(this.#sessionId, { ...history.unchanged(change.drop), ...change })
    }
    const decide: Decide = async (stored) => {
      const change = await changeOf(stored)
      return change && { expectTail: stored.slice(stored.length - change.drop), ...change }
    }
    await records.modify(this.#sessionId, attempt, { locked: { decide } })
  }

  /**
   * Tries with the suffix as this codec writes it, which settles a repeated operation too. Where the stored records differ
   * but mean the same (another key order, another ciphertext), tries again with those. The common beginning of both stays where it is.
   * @throws SESSION_CONFLICT, SESSION_OPERATION_REUSED
   */
  async replaceSuffix(
    records: RecordAccess,
    expected: readonly string[],
    replacement: readonly string[],
    operation: { id: string; fingerprint: string },
  ): Promise<void> {
    const same = expected.findIndex((record, index) => record !== replacement[index])
    const kept = same < 0 ? expected.length : same
    const [drop, append] = [expected.length - kept, replacement.slice(kept)]
    const times = await this.#timesOf(records, expected.slice(kept), append)
    let expectTail = expected
    const result = await records.modify(this.#sessionId, async () => {
      const change = { operation, expectTail, ...(drop > 0 && { drop }), append, ...times }
      const attempt = await records.commit(this.#sessionId, change)
      if (attempt.status !== 'conflict') return attempt
      expectTail = await records.read(this.#sessionId, expected.length, { latest: true })
      const before = this.#before(records, expected.length)
      const [stored, wanted] = await Promise.all(
        [expectTail, expected].map((some) => this.#records.canonical(some, before)),
      )
      if (stored === wanted) return attempt
      const message = 'The history does not end with the expected suffix. Nothing was changed.'
      throw new SessionError('SESSION_CONFLICT', message)
    })
    if (result.status === 'reused') {
      const message = 'The operation id was already applied with a different transaction. Nothing was changed.'
      throw new SessionError('SESSION_OPERATION_REUSED', message)
    }
  }

  /** Replaces everything, whatever it is. Reads no more than what may be kept of it. */
  async replaceAll(records: RecordAccess, append: readonly string[]): Promise<void> {
    const times = await this.#timesOf(records, undefined, append)
    await records.commit(this.#sessionId, { drop: 'all', append, ...times })
  }

  /** What stands before the newest `count` records. They are read too: what is looked for is found by its own name. */
  #before(records: RecordAccess, count: number): Earlier {
    return () => records.read(this.#sessionId, count + neighbours)
  }

  /** The times of what is among the newest records and is appended again, if anything is among those that are removed. */
  async #timesOf(
    records: RecordAccess,
    removed: readonly string[] | undefined,
    append: readonly string[],
  ): Promise<Pick<HistoryChange, 'appendTimes'>> {
    const limit = Math.min(removed?.length ?? append.length, append.length)
    const gone = removed && new Set(removed)
    const mayKeep = limit > 0 && (gone === undefined || append.some((record) => gone.has(record)))
    if (!mayKeep || !records.keepsPlaces) return {}
    const { entries } = await records.entries(this.#sessionId, { limit: removed?.length ?? limit })
    return keptTimes(entries, append)
  }
}

const unchanged: CommitResult = { status: 'applied', dropped: [] }
