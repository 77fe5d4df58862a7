import { describe } from '../call/describe.ts'
import { noteRecords } from '../call/diagnostics.ts'
import { assertId, checkLimit } from '../call/validate.ts'
import { SessionError } from '../errors/session-error.ts'
import {
  type ChangeConditions,
  type CommitResult,
  checkChange,
  conditionsOf,
  type HistoryChange,
  writes,
} from './history-change.ts'
import { maintains } from './maintenance.ts'
import type { SessionInfo } from './session-filter.ts'
import type { RecordPage } from './store-hooks.ts'
import { Turns } from './turns.ts'

/** What {@link RecordAccess} does its work with: the hooks of a store, and how its calls are run. */
export interface RecordSource {
  read(sessionId: string, limit: number | undefined): Promise<string[]>
  commit(sessionId: string, change: HistoryChange): Promise<CommitResult>
  supports(condition: keyof ChangeConditions): boolean
  page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage>
  pages(sessionId: string, size: number): AsyncIterable<string[]>
  run<A, T>(operation: string, sessionId: string, check: () => A, work: (given: A) => T | Promise<T>): Promise<T>
  iterate<A, T>(
    operation: string,
    sessionId: string,
    check: () => A,
    start: (given: A) => AsyncIterable<T>,
  ): AsyncIterable<T>
  info(sessionId: string): Promise<SessionInfo | undefined>
  delete(sessionId: string): Promise<boolean>
  assertOpen(): void
  isOpen(): boolean
  /** Another one, whose calls are let through after `close()` until it has been given back. */
  hold(): { source: RecordSource; release: () => void }
}

/**
 * The records of a store, which a codec has not decoded: what sessions and wrappers are made of. Calls check their arguments and
 * fail as those of the store do.
 */
export class RecordAccess {
  readonly #source: RecordSource
  readonly #turns: Turns

  constructor(source: RecordSource, turns: Turns = new Turns()) {
    this.#source = source
    this.#turns = turns
  }

  /**
   * The same records for one call of a session, which may have to wait or to ask more than once: the store stays open for it until
   * `release`, also where it is closed meanwhile. @throws SESSION_CLOSED after `close()`
   */
  hold(): { records: RecordAccess; release: () => void } {
    const { source, release } = this.#source.hold()
    return { records: new RecordAccess(source, this.#turns), release }
  }

  /** As `getSessionInfo` of the store. */
  async info(sessionId: string): Promise<SessionInfo | undefined> {
    const check = (): void => assertId(sessionId, 'sessionId')
    return await this.#source.run('getSessionInfo', sessionId, check, () => this.#source.info(sessionId))
  }

  /** As `deleteSession` of the store. */
  async delete(sessionId: string): Promise<boolean> {
    const check = (): void => assertId(sessionId, 'sessionId')
    return await this.#source.run('deleteSession', sessionId, check, () => this.#source.delete(sessionId))
  }

  /** The newest `limit` records, oldest first; all without a limit. */
  async read(sessionId: string, limit?: number): Promise<string[]> {
    const check = (): number | undefined => {
      assertId(sessionId, 'sessionId')
      return checkLimit(limit)
    }
    return await this.#source.run('read', sessionId, check, async (checked) => {
      const records = checked !== undefined && checked <= 0 ? [] : await this.#source.read(sessionId, checked)
      noteRecords(records)
      return records
    })
  }

  /** Whether a change may have this condition. */
  supports(condition: keyof ChangeConditions): boolean {
    return this.#source.supports(condition)
  }

  /** One atomic write. @throws SESSION_UNSUPPORTED for a condition that the store does not know, and then changes nothing */
  async commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const check = (): HistoryChange => {
      assertId(sessionId, 'sessionId')
      return checkChange(change)
    }
    return await this.#source.run('commit', sessionId, check, (checked) => {
      noteRecords(checked.append ?? [])
      return this.#commit(sessionId, checked)
    })
  }

  /**
   * A write that depends on what was read: attempted, with whatever it reads before, until it is no conflict. Others of this session
   * and store wait for it; a write that depends on nothing, only once it has lost several times.
   * @param attempt - reads, decides, and commits with a condition. What costs much is kept from one time to the next: see `kept`
   * @param options - after an abort of `signal` it is not attempted again
   * @throws SESSION_BUSY where others were faster for ten seconds, or until the store was closed; nothing was changed
   */
  async modify(
    sessionId: string,
    attempt: () => Promise<CommitResult>,
    options: { signal?: AbortSignal } = {},
  ): Promise<CommitResult> {
    const { signal } = options
    const isWanted = (): boolean => this.#source.isOpen() && signal?.aborted !== true
    return await this.#turns.modify(sessionId, attempt, isWanted)
  }

  /**
   * All records, oldest first, in pages of about `size`. @throws SESSION_CONFLICT where records that were already handed out
   * are removed meanwhile, since the rest would not continue them
   */
  pages(sessionId: string, size: number): AsyncIterable<string[]> {
    const check = (): void => {
      assertId(sessionId, 'sessionId')
      checkPageSize(size)
    }
    return this.#source.iterate('pages', sessionId, check, () => this.#source.pages(sessionId, size))
  }

  /**
   * One page of them, with their places where the store supports `maintain`: from the start, or where the `next` of the page before
   * says. A store without pages gives all at once. @throws SESSION_CONFLICT as `pages` does
   */
  async page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage> {
    const check = (): void => {
      assertId(sessionId, 'sessionId')
      checkPageSize(size)
    }
    return await this.#source.run('read', sessionId, check, () => this.#source.page(sessionId, cursor, size))
  }

  /** For sessions that have nothing to ask the store. @throws SESSION_CLOSED after `close()` */
  assertOpen(): void {
    this.#source.assertOpen()
  }

  #commit(sessionId: string, change: HistoryChange): CommitResult | Promise<CommitResult> {
    const conditions = conditionsOf(change)
    const unknown = conditions.find((condition) => !this.#source.supports(condition))
    if (unknown !== undefined) {
      throw new SessionError('SESSION_UNSUPPORTED', `This store does not know ${unknown}. Nothing was changed.`)
    }
    const removes = (change.drop ?? 0) !== 0 || change.clear === true
    if (change.maintain !== undefined && !maintains(change.maintain)) return { status: 'applied', dropped: [] }
    const idle = !writes(change) && !removes && change.expectTail === undefined && conditions.length === 0
    if (idle) return { status: 'applied', dropped: [] }
    const isConditional = change.expectTail !== undefined || conditions.length > 0
    const others = isConditional ? undefined : this.#turns.others(sessionId)
    const commit = (): Promise<CommitResult> => this.#source.commit(sessionId, change)
    return others === undefined ? commit() : others.then(commit)
  }
}

/** @throws RangeError, TypeError for no number */
export function checkPageSize(size: unknown): number {
  if (typeof size !== 'number') throw new TypeError(`pageSize must be a number, not ${describe(size)}.`)
  if (!Number.isSafeInteger(size) || size <= 0) {
    throw new RangeError(`pageSize must be a positive integer, not ${size}.`)
  }
  return size
}
