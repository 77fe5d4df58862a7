import type { CommitResult } from '@sessions/core'
import type { Transaction } from './underlying-session.ts'

/** What was made of an operation when it came first. */
interface Prepared {
  fingerprint: string
  transaction: Transaction
  applied: boolean
}

/** How many operations are remembered; beyond, the oldest goes. */
const maxOperations = 1_000

/**
 * Operations sent to a session that compares a repeated one with what came first. Encryption gives other text each time, so what was
 * made of an operation is kept, and sent again as it was: the session itself decides whether it was applied. Another process, or one
 * started anew, cannot do that; the session refuses the operation there, and nothing is done twice.
 */
export class ForeignOperations {
  readonly #prepared = new Map<string, Prepared>()

  /**
   * Applies an operation. `prepare` makes a transaction of it, or nothing where the history does not end as expected.
   */
  async apply(
    { id, fingerprint }: { id: string; fingerprint: string },
    prepare: () => Promise<Transaction | undefined>,
    send: (transaction: Transaction) => Promise<void>,
  ): Promise<CommitResult> {
    const known = this.#prepared.get(id)
    if (known !== undefined && known.fingerprint !== fingerprint) return { status: 'reused' }
    const transaction = known?.transaction ?? (await prepare())
    if (transaction === undefined) return { status: 'conflict' }
    const prepared = known ?? { fingerprint, transaction, applied: false }
    this.#prepared.set(id, prepared)
    if (this.#prepared.size > maxOperations) this.#prepared.delete(this.#prepared.keys().next().value as string)
    await send(transaction)
    const before = prepared.applied
    prepared.applied = true
    return before ? { status: 'duplicate' } : { status: 'applied', dropped: [] }
  }

  /** The session was cleared, and its operations with it. */
  forget(): void {
    this.#prepared.clear()
  }
}
