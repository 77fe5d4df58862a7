export type { AgentInputItem } from './agent-input-item.ts'
export { type Clock, systemClock } from './clock.ts'
export type { SessionCallEvent } from './diagnostics.ts'
export { type SessionErrorCode, sessionErrorCodes } from './errors/codes.ts'
export { SessionError, type SessionErrorOptions } from './errors/session-error.ts'
export { type CommitResult, type HistoryChange, writes } from './history-change.ts'
export type {
  AppendItems,
  HistoryMutation,
  HistoryTransaction,
  HistoryTransactionArgs,
  ReplaceSuffix,
} from './history-transaction.ts'
export type { CodecContext, ItemCodec, SyncItemCodec } from './item-codec.ts'
export { canonicalJSON, type JSONValue } from './json.ts'
export { jsonCodec } from './json-codec.ts'
export { MemorySession, type MemorySessionOptions } from './memory-session.ts'
export { MemoryStore, type MemoryStoreOptions } from './memory-store.ts'
export { Session } from './session.ts'
export { matchesFilter, type SessionFilter, type SessionInfo } from './session-filter.ts'
export { type SessionOptions, splitSessionOptions } from './session-options.ts'
export { SessionStore } from './session-store.ts'
export { type Lease, SharedResources } from './shared-resources.ts'
export type { DeleteTarget, ReadOptions, RecordPage } from './store-types.ts'
export { type SessionParts, StoredSession, type StoredSessionOptions } from './stored-session.ts'
export { checkTimeout, type TimeoutOptions } from './timeout.ts'
export { assertOptions, checkClock, checkInteger, checkTTL, type OptionTypes } from './validate.ts'
