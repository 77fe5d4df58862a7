import { firstFailure } from '../call/first-failure.ts'
import type { LongCall } from '../call/long-call.ts'
import { SessionError } from '../errors/session-error.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { RestoredSession, WholeSession } from '../store/restored-session.ts'
import { likenessOf } from './likeness.ts'
import { nothingTransferred, type TransferResult } from './transfer-result.ts'
import { readWhole } from './whole-session.ts'

/** What becomes of a session that is there as another one. */
export type OnConflict = 'fail' | 'skip' | 'replace'

/** What is written at once: enough to be worth a transaction, and little enough to keep neither the event loop nor other writers for long. */
const maxBatch = { sessions: 100, records: 1_000, size: 1_000_000 }
/** How often a session of the target is read again while others write it. */
const maxAttempts = 100

/**
 * Takes whole sessions to a store, many at a time. While one batch is written, the next is filled; after `finish`, all are there.
 */
export class Transfer {
  readonly result: TransferResult = nothingTransferred()
  readonly #to: RecordStore
  readonly #onConflict: OnConflict
  readonly #call: LongCall
  #batch: WholeSession[] = []
  #records = 0
  #size = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(to: RecordStore, onConflict: OnConflict, call: LongCall) {
    this.#to = to
    this.#onConflict = onConflict
    this.#call = call
  }

  /** Sees to it that the session comes to be there, soon. @throws what was wrong with an earlier one */
  async add(session: WholeSession): Promise<void> {
    this.#batch.push(session)
    this.#records += session.records.length
    this.#size += sizeOf(session)
    const { sessions, records, size } = maxBatch
    if (this.#batch.length >= sessions || this.#records >= records || this.#size >= size) await this.#flush()
  }

  async finish(): Promise<TransferResult> {
    await this.#flush()
    await this.#writing
    return this.result
  }

  async #flush(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#records = 0
    this.#size = 0
    await this.#writing
    if (batch.length === 0) return
    this.#writing = this.#write(batch)
    // It is heard by the next who waits for it.
    this.#writing.catch(() => undefined)
  }

  async #write(batch: readonly WholeSession[]): Promise<void> {
    const outcomes = await this.#to.moves.restore(batch.map((session) => restored(session)))
    const isThere = batch.filter((_, index) => outcomes[index] === 'conflict')
    for (const [index, session] of batch.entries()) if (outcomes[index] === 'restored') this.#count('created', session)
    await firstFailure(isThere.map((session) => this.#meet(session)))
    await this.#step()
  }

  /** Puts a session in the place of what it was made from, in one step; nothing where there is none. Whether it is done. */
  async rewrite(there: WholeSession, session: WholeSession | undefined): Promise<boolean> {
    if (session === undefined) this.#count('equal')
    else {
      const wanted = over(there, session, false)
      const [outcome] = await this.#to.moves.restore([wanted])
      if (outcome !== 'restored') return false
      this.#count('replaced', wanted)
    }
    await this.#step()
    return true
  }

  async #step(): Promise<void> {
    const { created, completed, replaced, equal, skipped } = this.result
    await this.#call.step({ done: created + completed + replaced + equal + skipped, ...this.result })
  }

  /** Where there is such a session. @throws SESSION_EXISTS */
  async #meet(session: WholeSession): Promise<void> {
    let there: WholeSession | undefined
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      there = await readWhole(this.#to, session.sessionId)
      const likeness = there === undefined ? 'absent' : likenessOf(there, session)
      if (likeness === 'equal') return this.#count('equal')
      if (likeness === 'different' && this.#onConflict === 'skip') return this.#count('skipped')
      if (likeness === 'different' && this.#onConflict === 'fail') throw existing(session)
      const wanted = there === undefined ? restored(session) : over(there, session, likeness === 'beginning')
      const [outcome] = await this.#to.moves.restore([wanted])
      if (outcome !== 'restored') continue
      return this.#count(
        likeness === 'absent' ? 'created' : likeness === 'beginning' ? 'completed' : 'replaced',
        wanted,
      )
    }
    // Records that belong to no session, as of another program, are in the way for good.
    if (there === undefined) throw existing(session)
    throw new SessionError('SESSION_BUSY', 'Others kept changing the session that is to be written.', {
      sessionId: session.sessionId,
    })
  }

  #count(what: Exclude<keyof TransferResult, 'records' | 'size'>, written?: Pick<WholeSession, 'records'>): void {
    this.result[what]++
    if (written === undefined) return
    this.result.records += written.records.length
    this.result.size += sizeOf(written)
  }
}

function restored({ newest: _, ...session }: WholeSession): RestoredSession {
  return session
}

function over(there: WholeSession, session: WholeSession, keeps: boolean): RestoredSession {
  const { updatedAt, newest } = there
  const start = keeps ? there.records.length : 0
  return {
    ...restored(session),
    records: session.records.slice(start),
    times: session.times.slice(start),
    over: { updatedAt, keeps, ...(newest !== undefined && { newest }) },
  }
}

function sizeOf({ records }: Pick<WholeSession, 'records'>): number {
  return records.reduce((sum, record) => sum + record.length, 0)
}

function existing({ sessionId }: WholeSession): SessionError {
  const message =
    'There is another session of that id, which is neither equal to the one to come nor a beginning of it. It was left as it is; ' +
    "what came before it stays. Choose onConflict: 'skip' or 'replace'."
  return new SessionError('SESSION_EXISTS', message, { sessionId })
}
