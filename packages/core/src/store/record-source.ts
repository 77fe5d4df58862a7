import type { ChangesHeard } from './changes-heard.ts'
import type { ChangeConditions, CommitResult, HistoryChange } from './history-change.ts'
import type { LeaseResult, LeaseSwap } from './lease-row.ts'
import type { EntryQuery, RecordEntryPage } from './record-entry.ts'
import type { KeptOperation, RestoredSession, RestoreResult, WholeRead } from './restored-session.ts'
import type { SessionFilter, SessionInfo } from './session-filter.ts'
import type { Decide, ReadOptions, RecordPage } from './store-hooks.ts'
import type { Turns } from './turns.ts'

/** What `RecordAccess` does its work with: the hooks of a store, and how its calls are run. */
export interface RecordSource {
  read(sessionId: string, limit: number | undefined, options: ReadOptions): Promise<string[]>
  commit(sessionId: string, change: HistoryChange): Promise<CommitResult>
  /** Whether it has `_decide`. */
  readonly decides: boolean
  decide(sessionId: string, limit: number | undefined, decide: Decide): Promise<CommitResult>
  entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage>
  lease(sessionId: string, swap: LeaseSwap | undefined): Promise<LeaseResult>
  watch(sessionId: string, onChange: () => void): (() => void) | Promise<() => void>
  onClose(onClose: () => void): () => void
  /** Whether there are entries. */
  keepsPlaces(): boolean
  supports(condition: keyof ChangeConditions): boolean
  page(sessionId: string, cursor: string | undefined, size: number): Promise<RecordPage>
  pages(sessionId: string, size: number): AsyncIterable<string[]>
  operations(sessionId: string): Promise<KeptOperation[]>
  /** Absent where the store does not find ids faster than it lists. */
  listIds: ((filter: SessionFilter) => AsyncIterable<string>) | undefined
  whole(sessionIds: readonly string[], most: number): Promise<WholeRead[]>
  restore(sessions: readonly RestoredSession[]): Promise<RestoreResult[]>
  run<A, T>(
    operation: string,
    sessionId: string | undefined,
    check: () => A,
    work: (given: A) => T | Promise<T>,
  ): Promise<T>
  iterate<A, T>(
    operation: string,
    sessionId: string | undefined,
    check: () => A,
    start: (given: A) => AsyncIterable<T>,
  ): AsyncIterable<T>
  info(sessionId: string, options?: ReadOptions): Promise<SessionInfo | undefined>
  delete(sessionId: string, unchangedSince: Date | undefined, lease: string | undefined): Promise<boolean | 'lost'>
  assertOpen(): void
  isOpen(): boolean
  /** Another one, whose calls are let through after `close()` until it has been given back. */
  hold(): { source: RecordSource; of: readonly object[]; release: () => void }
  /** What all that give access to the same records have in common, where this is a wrapper. */
  beneath(): object | undefined
}

/** What all that give access to the records of one store have in common. */
export interface SharedState {
  turns: Turns
  /** Who in this process wants to know of changes that are made through this store. */
  heard: ChangesHeard
}
