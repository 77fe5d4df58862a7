import { noteRecords } from '../call/diagnostics.ts'
import { fenceOf } from '../call/fence.ts'
import { unchecked } from '../call/guarded.ts'
import type { Signal } from '../call/signal.ts'
import { assertId, assertOptions, checkLimit } from '../call/validate.ts'
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
import { checkPageSize } from './page-size.ts'
import type { EntryQuery, RecordEntryPage } from './record-entry.ts'
import type { RecordSource, SharedState } from './record-source.ts'
import { checkDate, type SessionInfo } from './session-filter.ts'
import type { Decide, ReadOptions, RecordPage } from './store-hooks.ts'
import { Turns } from './turns.ts'
import { unlessLost } from './unless-lost.ts'

/** How often a write that depends on what was read is tried before the session is locked for it, where it can be. */
const optimisticAttempts = 3

/**
 * The records of a store, which a codec has not decoded: what sessions and wrappers are made of. Calls check their arguments and
 * fail as those of the store do.
 */
export class RecordAccess {
  readonly #source: RecordSource
  readonly #shared: SharedState

  constructor(source: RecordSource, shared: SharedState = { turns: new Turns(), heard: new ChangesHeard() }) {
    this.#source = source
    this.#shared = shared
  }

  /** The same for all that give access to the records of one store, wrappers of it included. */
  get store(): object {
    return this.#source.beneath() ?? this.#shared
  }

  /**
   * The same records for one call of a session, which may have to wait or to ask more than once: the store stays open for it until
   * `release`, also where it is closed meanwhile; likewise it and those beneath it for calls made under a fence that has `of` among its holds.
   * @throws SESSION_CLOSED after `close()`
   */
  hold(): { records: RecordAccess; of: readonly object[]; release: () => void } {
    const { source, of, release } = this.#source.hold()
    return { records: new RecordAccess(source, this.#shared), of, release }
  }

  /** Calls `onClose` when the store is being closed. What it returns ends it. */
  onClose(onClose: () => void): () => void {
    return this.#source.onClose(onClose)
  }

  /** Tells those of this process who watch the session that it may have changed. */
  tell(sessionId: string): void {
    this.#shared.heard.tell(sessionId)
  }

  /** As `getSessionInfo` of the store. */
  async info(sessionId: string, options: ReadOptions = {}): Promise<SessionInfo | undefined> {
    const check = (): void => assertId(sessionId, 'sessionId')
    return await this.#source.run('getSessionInfo', sessionId, check, () => this.#source.info(sessionId, options))
  }

  /** As `deleteSession` of the store; with `lease`, only while that is held. @throws SESSION_LEASE_LOST */
  async delete(sessionId: string, options: { unchangedSince?: Date; lease?: string } = {}): Promise<boolean> {
    const check = (): Date | undefined => {
      assertId(sessionId, 'sessionId')
      assertOptions('deleteSession', options, { unchangedSince: 'object', lease: 'string' })
      return 'unchangedSince' in options ? checkDate(options.unchangedSince, 'unchangedSince') : undefined
    }
    return await this.#write('deleteSession', sessionId, check, (since, lease = options.lease) =>
      this.#source.delete(sessionId, since, lease),
    )
  }

  /** The newest `limit` records, oldest first; all without a limit. */
  read(sessionId: string, limit?: number, options: ReadOptions = {}): Promise<string[]> {
    const check = (): number | undefined => {
      assertId(sessionId, 'sessionId')
      return checkLimit(limit)
    }
    return this.#source.run('read', sessionId, check, async (checked) => {
      const records = checked !== undefined && checked <= 0 ? [] : await this.#source.read(sessionId, checked, options)
      noteRecords(records)
      return records
    })
  }

  /** Whether records have ids by which a write can name them. */
  get keepsPlaces(): boolean {
    return this.#source.keepsPlaces() && this.supports('expectNewest')
  }

  /** Whether a change may have this condition. */
  supports(condition: keyof ChangeConditions): boolean {
    return this.#source.supports(condition)
  }

  /** One atomic write. @throws SESSION_UNSUPPORTED for a condition that the store does not know, and then changes nothing */
  commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    const check = (): HistoryChange => {
      assertId(sessionId, 'sessionId')
      return checkChange(change)
    }
    return this.#write('commit', sessionId, check, (checked, lease) => {
      noteRecords(checked.append ?? [])
      if (lease !== undefined && checked.maintain === undefined) checked.lease ??= lease
      return this.#commit(sessionId, checked)
    })
  }

  /**
   * A write that depends on what was read: attempted, with whatever it reads before, until it is no conflict. Others of this session
   * and store wait for it; a write that depends on nothing, only once it has lost several times.
   * @param attempt - reads, decides, and commits with a condition. What costs much is kept from one time to the next: see `kept`
   * @param options - after an abort of `signal` it is not attempted again. With `locked`, the same in the words of `_decide`, for a store
   * that can lock the session, after a few attempts
   * @throws SESSION_BUSY where others were faster for ten seconds, or until the store was closed; nothing was changed
   */
  async modify(
    sessionId: string,
    attempt: () => Promise<CommitResult>,
    options: { signal?: Signal; locked?: { limit?: number; decide: Decide } } = {},
  ): Promise<CommitResult> {
    const { signal, locked } = options
    const isWanted = (): boolean => this.#source.isOpen() && signal?.aborted !== true
    let attempts = 0
    const patient = async (): Promise<CommitResult> => {
      if (locked === undefined || attempts++ < optimisticAttempts) return await attempt()
      return await (this.#decide(sessionId, locked.limit, locked.decide) ?? attempt())
    }
    return await this.#shared.turns.modify(sessionId, patient, isWanted)
  }

  #decide(sessionId: string, limit: number | undefined, decide: Decide): Promise<CommitResult> | undefined {
    if (!this.#source.decides) return undefined
    return this.#write('commit', sessionId, unchecked, (_, lease) =>
      this.#source.decide(sessionId, limit, async (records) => {
        const change = await decide(records)
        return change && checkChange({ ...change, ...(lease !== undefined && { lease }) })
      }),
    )
  }

  /** All records, oldest first, in pages of about `size`. @throws SESSION_CONFLICT where what was handed out is removed meanwhile */
  pages(sessionId: string, size: number): AsyncIterable<string[]> {
    const check = (): void => {
      assertId(sessionId, 'sessionId')
      checkPageSize(size)
    }
    return this.#source.iterate('pages', sessionId, check, () => this.#source.pages(sessionId, size))
  }

  /**
   * Records with their places. @throws SESSION_CONFLICT where `before` or `after` is the id of no entry of this session;
   * SESSION_UNSUPPORTED where the store keeps no places
   */
  async entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage> {
    const check = (): void => assertId(sessionId, 'sessionId')
    return await this.#source.run('entries', sessionId, check, () => this.#source.entries(sessionId, query))
  }

  /** The row of a session's lease, and with `swap` one atomic step on it. @throws SESSION_UNSUPPORTED where the store keeps none */
  async lease(sessionId: string, swap?: LeaseSwap): Promise<LeaseResult> {
    const check = (): void => assertId(sessionId, 'sessionId')
    return await this.#source.run('lease', sessionId, check, () => this.#source.lease(sessionId, swap))
  }

  /**
   * Calls `onChange` when the session may have changed: at once for changes through this store, and as soon as the adapter can tell for
   * others, if it can. What it resolves to ends it.
   */
  async watch(sessionId: string, onChange: () => void): Promise<() => void> {
    const check = (): void => assertId(sessionId, 'sessionId')
    const end = this.#shared.heard.listen(sessionId, onChange)
    try {
      const endOthers = await this.#source.run('watch', sessionId, check, () => this.#source.watch(sessionId, onChange))
      return () => {
        end()
        endOthers()
      }
    } catch (error) {
      end()
      throw error
    }
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

  /** A write under the lease that the calls which run now are made under, if they are; then those who watch are told. */
  #write<A, T extends CommitResult | boolean>(
    operation: string,
    sessionId: string,
    check: () => A,
    write: (given: A, lease: string | undefined) => T | 'lost' | Promise<T | 'lost'>,
  ): Promise<T> {
    const fence = fenceOf(this.store, sessionId)
    return this.#source.run(operation, sessionId, check, async (given) => {
      try {
        const result = unlessLost(await write(given, fence?.token))
        this.tell(sessionId)
        return result
      } catch (error) {
        if (error instanceof SessionError && error.code === 'SESSION_LEASE_LOST') fence?.lost()
        throw error
      }
    })
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
    const others = isConditional ? undefined : this.#shared.turns.others(sessionId)
    const commit = (): Promise<CommitResult> => this.#source.commit(sessionId, change)
    return others === undefined ? commit() : others.then(commit)
  }
}
