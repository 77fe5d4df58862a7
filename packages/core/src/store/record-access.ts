import { describe } from '../call/describe.ts'
import { fenceOf } from '../call/fence.ts'
import { type CancelOptions, cancelTypes, LongCall } from '../call/long-call.ts'
import { assertId, checkLimit } from '../call/validate.ts'
import { SessionError } from '../errors/session-error.ts'
import { ChangesHeard } from './changes-heard.ts'
import {
  type ChangeConditions,
  type CommitResult,
  checkChange,
  conditionsOf,
  type HistoryChange,
  writes,
} from './history-change.ts'
import type { LeaseResult, LeaseSwap } from './lease-row.ts'
import { maintains } from './maintenance.ts'
import type { EntryQuery, RecordEntryPage } from './record-entry.ts'
import type { RecordPage } from './store-hooks.ts'

/** What {@link RecordAccess} does its work with: the hooks of a store, and how its calls are run. */
export interface RecordSource {
  read(sessionId: string, limit: number | undefined): Promise<string[]>
  commit(sessionId: string, change: HistoryChange): Promise<CommitResult>
  entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage>
  lease(sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult>
  watch(sessionId: string, onChange: () => void): (() => void) | Promise<() => void>
  onClose(onClose: () => void): () => void
  hold(): { of: object; end: () => void }
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
  /** Who in this process wants to know of changes that are made through this store. */
  readonly heard: ChangesHeard = new ChangesHeard()

  constructor(source: RecordSource) {
    this.#source = source
  }

  /** The newest `limit` records, oldest first; all without a limit. */
  async read(sessionId: string, limit?: number): Promise<string[]> {
    assertId(sessionId, 'sessionId')
    const checked = checkLimit(limit)
    return await this.#source.run('read', sessionId, () =>
      checked !== undefined && checked <= 0 ? [] : this.#source.read(sessionId, checked),
    )
  }

  /** Makes a write under the lease that the calls which run now are made under, if they are. */
  async fenced<T>(sessionId: string, write: (lease: string | undefined) => Promise<T>): Promise<T> {
    const fence = fenceOf(this, sessionId)
    try {
      return await write(fence?.token)
    } catch (error) {
      if (error instanceof SessionError && error.code === 'SESSION_LEASE_LOST') fence?.lost()
      throw error
    }
  }

  /** Whether a change may have this condition. */
  supports(condition: keyof ChangeConditions): boolean {
    return this.#source.supports(condition)
  }

  /** One atomic write. @throws SESSION_UNSUPPORTED for a condition that the store does not know, and then changes nothing */
  async commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    assertId(sessionId, 'sessionId')
    const checked = checkChange(change)
    const result = await this.fenced(sessionId, (lease) => {
      if (lease !== undefined && checked.maintain === undefined) checked.lease ??= lease
      return this.#source.run('commit', sessionId, () => this.#commit(sessionId, checked))
    })
    if (result.status === 'applied') this.heard.tell(sessionId)
    return result
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
   * Records with their places. @throws SESSION_CONFLICT where `before` or `after` is the id of no entry of this session;
   * SESSION_UNSUPPORTED where the store keeps no places
   */
  async entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
    assertId(sessionId, 'sessionId')
    return await this.#source.run('entries', sessionId, () => this.#source.entries(sessionId, query))
  }

  /** The row of a session's lease, and with `swap` one atomic step on it. @throws SESSION_UNSUPPORTED where the store keeps none */
  async lease(sessionId: string, swap?: LeaseSwap): Promise<LeaseResult> {
    assertId(sessionId, 'sessionId')
    return await this.#source.run('lease', sessionId, () => this.#source.lease(sessionId, swap))
  }

  /**
   * Calls `onChange` when the session may have changed: at once for changes through this store, and as soon as the adapter can tell for
   * others, if it can. What it resolves to ends it.
   */
  async watch(sessionId: string, onChange: () => void): Promise<() => void> {
    assertId(sessionId, 'sessionId')
    const end = this.heard.listen(sessionId, onChange)
    try {
      const endOthers = await this.#source.run('watch', sessionId, () => this.#source.watch(sessionId, onChange))
      return () => {
        end()
        endOthers()
      }
    } catch (error) {
      end()
      throw error
    }
  }

  /** Calls `onClose` when the store is being closed. What it returns ends it. */
  onClose(onClose: () => void): () => void {
    return this.#source.onClose(onClose)
  }

  /** Keeps the store open for the calls that are made under the fence that has `of` among its holds. */
  hold(): { of: object; end: () => void } {
    return this.#source.hold()
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

  async #commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const conditions = conditionsOf(change)
    const unknown = conditions.find((condition) => !this.#source.supports(condition))
    if (unknown !== undefined) {
      throw new SessionError('SESSION_UNSUPPORTED', `This store does not know ${unknown}. Nothing was changed.`)
    }
    const removes = (change.drop ?? 0) !== 0 || change.clear === true
    if (change.maintain !== undefined && !maintains(change.maintain)) return { status: 'applied', dropped: [] }
    const idle = !writes(change) && !removes && change.expectTail === undefined && conditions.length === 0
    if (idle) return { status: 'applied', dropped: [] }
    const result = await this.#source.commit(sessionId, change)
    if (result.status === 'lost') leaseLost()
    return result
  }
}

/** @throws SESSION_LEASE_LOST */
export function leaseLost(): never {
  const message = 'The session is no longer held: another holder took it, or the lease ran out. Nothing was changed.'
  throw new SessionError('SESSION_LEASE_LOST', message)
}

function checkSize(size: unknown): void {
  if (Number.isSafeInteger(size) && (size as number) > 0) return
  throw new RangeError(`pageSize must be a positive integer, not ${typeof size === 'number' ? size : describe(size)}.`)
}
