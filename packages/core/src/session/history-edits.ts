import { kept } from '../call/kept.ts'
import type { Records } from '../codec/records.ts'
import { SessionError } from '../errors/session-error.ts'
import type { CommitResult } from '../store/history-change.ts'
import type { RecordAccess } from '../store/record-access.ts'
import type { Decide } from '../store/store-hooks.ts'
import { applyMutations, type HistoryMutation } from './history-transaction.ts'
import type { KnownTail } from './known-tail.ts'

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
      popped = (await this.#records.decode(expectTail))[0]
      return popped && { expectTail, drop: 1 }
    }
    const attempt = async (): Promise<CommitResult> => {
      const { newest } = tail
      const [guess] = newest === undefined ? [] : await this.#records.decodeReadable([newest])
      const guessed = newest !== undefined && guess !== undefined
      const expectTail = guessed ? [newest] : await records.read(this.#sessionId, 1, { latest: true })
      popped = guessed ? guess : (await this.#records.decode(expectTail))[0]
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
    const decide: Decide = async (stored) => {
      const before = await this.#records.decode(stored, decode)
      const after = applyMutations(before, mutations)
      const same = after.findIndex((item, index) => item !== before[index])
      if (same < 0) return undefined
      const expectTail = stored.slice(same)
      const known = new Map(before.map((item, index) => [item, stored[index]]))
      const append = await Promise.all(after.slice(same).map((item) => known.get(item) ?? encode(item)))
      return { expectTail, drop: expectTail.length, append }
    }
    const attempt = async (): Promise<CommitResult> => {
      const change = await decide(await records.read(this.#sessionId, undefined, { latest: true }))
      return change === undefined ? unchanged : records.commit(this.#sessionId, change)
    }
    await records.modify(this.#sessionId, attempt, { locked: { decide } })
  }

  /**
   * Tries with the suffix as this codec writes it, which settles a repeated operation too. Where the stored records differ
   * but mean the same (another key order, another ciphertext), tries again with those.
   * @throws SESSION_CONFLICT, SESSION_OPERATION_REUSED
   */
  async replaceSuffix(
    records: RecordAccess,
    expected: readonly string[],
    append: readonly string[],
    operation: { id: string; fingerprint: string },
  ): Promise<void> {
    const drop = expected.length
    let expectTail = expected
    const result = await records.modify(this.#sessionId, async () => {
      const attempt = await records.commit(this.#sessionId, { operation, expectTail, drop, append })
      if (attempt.status !== 'conflict') return attempt
      expectTail = await records.read(this.#sessionId, drop, { latest: true })
      const same = (await this.#records.canonical(expectTail)) === (await this.#records.canonical(expected))
      if (same) return attempt
      const message = 'The history does not end with the expected suffix. Nothing was changed.'
      throw new SessionError('SESSION_CONFLICT', message)
    })
    if (result.status === 'reused') {
      const message = 'The operation id was already applied with a different transaction. Nothing was changed.'
      throw new SessionError('SESSION_OPERATION_REUSED', message)
    }
  }
}

const unchanged: CommitResult = { status: 'applied', dropped: [] }
