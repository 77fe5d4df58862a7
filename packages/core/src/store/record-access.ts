import { describe } from '../call/describe.ts'
import { type CancelOptions, cancelTypes, LongCall } from '../call/long-call.ts'
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
import type { ReadOptions, RecordPage } from './store-hooks.ts'

/** What {@link RecordAccess} does its work with: the hooks of a store, and how its calls are run. */
export interface RecordSource {
  read(sessionId: string, limit: number | undefined, options: ReadOptions): Promise<string[]>
  commit(sessionId: string, change: HistoryChange): Promise<CommitResult>
  supports(condition: keyof ChangeConditions): boolean
  page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage>
  pages(sessionId: string, size: number): AsyncIterable<string[]>
  run<T>(operation: string, sessionId: string, work: () => T | Promise<T>): Promise<T>
  iterate<T>(operation: string, call: LongCall, start: () => AsyncIterable<T>, sessionId: string): AsyncIterable<T>
  assertOpen(): void
}

/**
 * The records of a store, which a codec has not decoded: what sessions and wrappers are made of. Calls check their arguments and
 * fail as those of the store do.
 */
export class RecordAccess {
  readonly #source: RecordSource

  constructor(source: RecordSource) {
    this.#source = source
  }

  /** The newest `limit` records, oldest first; all without a limit. */
  async read(sessionId: string, limit?: number, options: ReadOptions = {}): Promise<string[]> {
    assertId(sessionId, 'sessionId')
    const checked = checkLimit(limit)
    return await this.#source.run('read', sessionId, () =>
      checked !== undefined && checked <= 0 ? [] : this.#source.read(sessionId, checked, options),
    )
  }

  /** Whether a change may have this condition. */
  supports(condition: keyof ChangeConditions): boolean {
    return this.#source.supports(condition)
  }

  /** One atomic write. @throws SESSION_UNSUPPORTED for a condition that the store does not know, and then changes nothing */
  async commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    assertId(sessionId, 'sessionId')
    const checked = checkChange(change)
    return await this.#source.run('commit', sessionId, () => this.#commit(sessionId, checked))
  }

  /**
   * All records, oldest first, in pages of about `size`. @throws SESSION_CONFLICT where records that were already handed out
   * are removed meanwhile, since the rest would not continue them
   */
  pages(sessionId: string, size: number, options: CancelOptions = {}): AsyncIterable<string[]> {
    const call = LongCall.from('pages', options, cancelTypes)
    assertId(sessionId, 'sessionId')
    checkSize(size)
    return this.#source.iterate('items', call, () => this.#source.pages(sessionId, size), sessionId)
  }

  /**
   * One page of them, with their places where the store supports `maintain`: from the start, or where the `next` of the page before
   * says. A store without pages gives all at once. @throws SESSION_CONFLICT as `pages` does
   */
  async page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage> {
    assertId(sessionId, 'sessionId')
    checkSize(size)
    return await this.#source.run('read', sessionId, () => this.#source.page(sessionId, cursor, size))
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
    return idle ? { status: 'applied', dropped: [] } : this.#source.commit(sessionId, change)
  }
}

function checkSize(size: unknown): void {
  if (Number.isSafeInteger(size) && (size as number) > 0) return
  throw new RangeError(`pageSize must be a positive integer, not ${typeof size === 'number' ? size : describe(size)}.`)
}
