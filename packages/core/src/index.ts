export { type Clock, systemClock } from './call/clock.ts'
export { noteRetry, type SessionCallContext } from './call/diagnostics.ts'
export { yieldIfLong } from './call/event-loop.ts'
export { firstFailure } from './call/first-failure.ts'
export { kept } from './call/kept.ts'
export {
  type CancelOptions,
  cancelTypes,
  LongCall,
  type LongCallOptions,
  longCallTypes,
  type Progress,
} from './call/long-call.ts'
export { checkOperationTtl, type OperationOptions } from './call/operation-ttl.ts'
export { type Lease, SharedResources } from './call/shared-resources.ts'
export type { Signal } from './call/signal.ts'
export { checkTimeout, type TimeoutOptions } from './call/timeout.ts'
export { traceSessionIds } from './call/traced-ids.ts'
export {
  assertOneOf,
  assertOptions,
  checkClock,
  checkInteger,
  checkMilliseconds,
  checkTTL,
  type OptionTypes,
} from './call/validate.ts'
export type { AgentInputItem } from './codec/agent-input-item.ts'
export type { CodecContext, ItemCodec, SyncItemCodec } from './codec/item-codec.ts'
export { canonicalJSON, type JSONValue } from './codec/json.ts'
export { jsonCodec } from './codec/json-codec.ts'
export { type SessionErrorCode, sessionErrorCodes } from './errors/codes.ts'
export { SessionError, type SessionErrorOptions } from './errors/session-error.ts'
export { MemorySession, type MemorySessionOptions } from './memory/memory-session.ts'
export { MemoryStore, type MemoryStoreOptions } from './memory/memory-store.ts'
export type { Entry, Page } from './session/entries.ts'
export { copyThrough, type ForkOptions, type ForkSource } from './session/fork.ts'
export type { StoredSessionOptions } from './session/handle-options.ts'
export { type HistoryAccess, type OpenToFunctions, onHistory } from './session/history-access.ts'
export type {
  AppendItems,
  HistoryMutation,
  HistoryTransaction,
  HistoryTransactionArgs,
  ReplaceSuffix,
} from './session/history-transaction.ts'
export {
  acquireFor,
  type ExclusiveOptions,
  type ExclusiveWork,
  type Held,
  type HoldableFor,
  holdSession,
  whileHeld,
} from './session/lease/exclusive.ts'
export type { MetadataUpdate } from './session/metadata-update.ts'
export type { ReplaceResult } from './session/replacement.ts'
export { SDKSession } from './session/sdk-session.ts'
export { Session } from './session/session.ts'
export { type SessionOptions, splitSessionOptions } from './session/session-options.ts'
export { partsOf, type SessionParts } from './session/session-parts.ts'
export { SessionStore } from './session/session-store.ts'
export { StoredSession } from './session/stored-session.ts'
export type { RewindTarget, Turn } from './session/turns.ts'
export type { WatchEvent, WatchOptions } from './session/watch.ts'
export { type ForkRequest, type ForkResult, forkMetadata } from './store/fork-request.ts'
export { GroupCommit, type GroupCommitOptions, type Outcomes, type Several } from './store/group-commit.ts'
export { type ChangeConditions, type CommitResult, type HistoryChange, writes } from './store/history-change.ts'
export type { LeaseResult, LeaseState, LeaseSwap, LeaseWrite } from './store/lease-row.ts'
export type { DeleteSessionsOptions, ListOptions } from './store/list-options.ts'
export { byListingOrder, type SessionPlace } from './store/listing-order.ts'
export { type Maintenance, placeOf, positionOf, type Replacement } from './store/maintenance.ts'
export { RecordAccess } from './store/record-access.ts'
export type { EntryQuery, PageOptions, RecordEntry, RecordEntryPage } from './store/record-entry.ts'
export type { RecordMoves } from './store/record-moves.ts'
export { RecordStore } from './store/record-store.ts'
export {
  type KeptOperation,
  type RestoredOver,
  type RestoredSession,
  type RestoreResult,
  restoredTTL,
  type WholeRead,
  type WholeSession,
} from './store/restored-session.ts'
export {
  type CountedTurn,
  type ListedSession,
  matchesFilter,
  type SessionFilter,
  type SessionInfo,
} from './store/session-filter.ts'
export {
  type Decide,
  type DeleteTarget,
  type ListingOptions,
  type ReadOptions,
  type RecordHolder,
  type RecordPage,
  StoreHooks,
} from './store/store-hooks.ts'
