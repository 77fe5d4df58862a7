import type { LongCall } from '../call/long-call.ts'
import { SessionError } from '../errors/session-error.ts'
import type { ForkRequest, ForkResult } from './fork-request.ts'
import type { ChangeConditions, CommitResult, HistoryChange } from './history-change.ts'
import type { LeaseResult, LeaseSwap } from './lease-row.ts'
import type { EntryQuery, RecordEntryPage } from './record-entry.ts'
import type { KeptOperation, RestoredSession, RestoreResult, WholeRead } from './restored-session.ts'
import type { ListedSession, SessionFilter, SessionInfo } from './session-filter.ts'

/** Some records of a session, oldest first, and where to go on; without `next`, these were the last. */
export interface RecordPage {
  records: string[]
  /** Where each of them stands, for `maintain`; only where asked for. */
  places?: string[]
  next?: string
}

/** How a store reads. */
export interface ReadOptions {
  /** Whether a write depends on what is read: then a replica, which may not have the newest yet, is no place to read it from. */
  latest?: boolean
}

/** How a store lists. */
export interface ListingOptions extends ReadOptions {
  /** Whether `itemCount` is asked for; else it may be there all the same, and goes no further. Default: true. */
  count?: boolean
}

/** What makes a change of records that were read, oldest first. May be called again. */
export type Decide = (records: string[]) => Promise<HistoryChange | undefined>

/** What a wrapper tells of the store beneath: see `_beneath`. */
export interface RecordHolder {
  records: {
    readonly store: object
    hold(): { of: readonly object[]; release: () => void }
    onClose(onClose: () => void): () => void
  }
}

/** A session to delete, unless it was changed since `updatedAt`. */
export interface DeleteTarget {
  sessionId: string
  updatedAt: Date
}

/**
 * What an adapter writes. Hooks get checked arguments, run only while the store is open, and may throw whatever the driver
 * throws. The abstract ones are what every store needs; the others have a default.
 */
export abstract class StoreHooks {
  /** The newest `limit` records, oldest first; all where `limit` is `undefined`. Creates nothing. */
  protected abstract _read(sessionId: string, limit: number | undefined, options: ReadOptions): Promise<string[]>
  /**
   * One atomic write, as {@link HistoryChange} says. Creates the session only where `writes(change)`; where no record is removed
   * either, leaves `updatedAt` where it is, and is `applied`. A metadata key that is `undefined` counts as written.
   */
  protected abstract _commit(sessionId: string, change: HistoryChange): Promise<CommitResult>
  /**
   * Reads the newest `limit` records, all without one, and commits what `decide` makes of them, with nobody in between who writes by
   * this library. `undefined`: nothing is to be done. For a backend that can lock a session: without this hook, a write that depends
   * on what was read is attempted until nobody was faster, which may take long beside many writers elsewhere.
   */
  protected _decide?(sessionId: string, limit: number | undefined, decide: Decide): Promise<CommitResult>
  /** Whether `_commit` knows this part or condition; a change with another one does not reach it. A wrapper asks the store beneath. */
  protected _supports(_condition: keyof ChangeConditions): boolean {
    return false
  }
  /**
   * Entries of the session, oldest first; none where there is no such session. A page costs what it holds, wherever it lies.
   * Without this hook there are no pages, turns and forks. @throws SESSION_CONFLICT where `before` or `after` is no entry of the session
   */
  protected _entries?(sessionId: string, query: EntryQuery): Promise<RecordEntryPage>
  /**
   * For a backend that copies by itself: the source as it is at one instant, whole, with the times of its entries, or nothing. The
   * metadata of the copy are what `forkMetadata` gives. Without this hook, the copy goes through this process.
   */
  protected _fork?(request: ForkRequest): Promise<ForkResult>
  /**
   * The row of a session's lease, and one atomic step on it. Rows live apart from sessions: they create none, and clearing or deleting
   * a session leaves its row. Without this hook there is no `exclusive`. A store that has it knows the condition `lease`.
   */
  protected _lease?(sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult>
  /**
   * Calls `onChange` soon after others may have changed the session, where the backend can tell; `onChange` never throws and may be called
   * too often. What it returns ends it. Without this hook, who watches looks once a second.
   */
  protected _watch(_sessionId: string, _onChange: () => void): (() => void) | Promise<() => void> {
    return () => {}
  }
  /**
   * For a wrapper: the store in which its calls end. Whoever holds a session through the wrapper holds it there, so that all who come to
   * it, in whichever way, wait in one line, and closing any of the stores waits for the holder and ends what watches.
   */
  protected _beneath(): RecordHolder | undefined {
    return undefined
  }
  /**
   * Makes sessions with the times that they are given, each whole or not at all: as many in one transaction as it likes. Tells what became
   * of each. Records are many: one call holds a thousand of them, or one session of whatever length.
   */
  protected async _restore(_sessions: readonly RestoredSession[]): Promise<RestoreResult[]> {
    throw new SessionError('SESSION_UNSUPPORTED', 'This store cannot be given sessions with times of their own.')
  }
  /** The operation ids that are remembered of a session, for a copy of it. Without this hook, a copy has none. */
  protected async _operations(_sessionId: string): Promise<KeptOperation[]> {
    return []
  }
  /**
   * For a backend that reads a session in one step: each of these as it is at one instant, in their order; `unread` where one has more
   * than `most` records, or they are too much for one step. Without this hook each is read page by page, and looked at before and after.
   */
  protected async _whole(sessionIds: readonly string[], _most: number): Promise<WholeRead[]> {
    return sessionIds.map(() => 'unread')
  }
  /**
   * For a backend that has `_whole` and finds ids faster than all that `_list` tells: the ids of sessions in the order of the listing, each
   * once. All that match are among them; others may be. `limit` does not matter.
   */
  protected _listIds?(filter: SessionFilter): AsyncIterable<string>
  /** Whether the backend answers, and lets us read: as little as shows that. */
  protected async _ping(): Promise<void> {
    await this._info('ping', { latest: true })
  }
  /** `undefined` where there is no such session. Creates nothing. */
  protected abstract _info(sessionId: string, options?: ReadOptions): Promise<SessionInfo | undefined>
  /**
   * What matches, each session once, in the order of `byListingOrder`, behind `filter.after` where it is given; `limit` is positive.
   * With `count: false` nobody needs `itemCount`, which is to be left out where it costs. Without this ability, throw `SESSION_UNSUPPORTED`.
   */
  protected abstract _list(filter: SessionFilter, options: ListingOptions): AsyncIterable<ListedSession>
  /**
   * With `unchangedSince`, only if `updatedAt` is still that. Whether a session was removed. With `lease`, which only a store that keeps
   * leases is given, only while that is held, decided in the same step; else `lost`.
   */
  protected abstract _delete(sessionId: string, unchangedSince?: Date, lease?: string): Promise<boolean | 'lost'>
  /** Many at once, for a backend that can do better than one by one. Resolves to how many were removed. */
  protected async _deleteUnchanged(targets: readonly DeleteTarget[]): Promise<number> {
    let deleted = 0
    for (const { sessionId, updatedAt } of targets) {
      if ((await this._delete(sessionId, updatedAt)) === true) deleted++
    }
    return deleted
  }
  /** For a backend that keeps what has expired until told. Between its steps it calls `call.step()` with the sessions so far. */
  protected async _purgeExpired(_call: LongCall): Promise<number> {
    return 0
  }
  /** For a wrapper whose items expire one by one. Not called by `deleteSessions`, which need not be able to read items. */
  protected async _purgeExpiredItems(_call: LongCall): Promise<void> {}
  /**
   * About `size` records from `cursor` on, oldest first; from the start without one. Without this hook `items()` reads all
   * at once. @throws SESSION_CONFLICT where the record before `cursor` is no longer there
   * @param places - whether the page is to hold `places`: of a store that supports `maintain`
   */
  protected _page?(sessionId: string, cursor: string | undefined, size: number, places?: boolean): Promise<RecordPage>
  /** What `_page` gives, page after page. For a wrapper, which goes through the pages of another store. */
  protected async *_pages(sessionId: string, size: number): AsyncIterable<string[]> {
    if (this._page === undefined) {
      const records = await this._read(sessionId, undefined, {})
      for (let start = 0; start < records.length; start += size) yield records.slice(start, start + size)
      return
    }
    let cursor: string | undefined
    do {
      const page: RecordPage = await this._page(sessionId, cursor, size)
      yield page.records
      cursor = page.next
    } while (cursor !== undefined)
  }
  /** Called before the first use, again on the next use if it fails, never twice at once. */
  protected async _open(): Promise<void> {}
  /** Called at once when `close()` is, while calls are under way: to end what may never end by itself. It must not throw. */
  protected _closing(): void {}
  /** Called once, after the last call has finished, if the store was opened. */
  protected async _close(): Promise<void> {}
  /** Called instead where the store was never opened: for a wrapper that holds something from the start. */
  protected async _closeUnopened(): Promise<void> {}
  /** What the driver's error means, by its code; `undefined` becomes `SESSION_BACKEND`. */
  protected _mapError(_error: unknown): SessionError | undefined {
    return undefined
  }
}
