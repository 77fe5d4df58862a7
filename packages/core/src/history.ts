export type { CompactionCounts } from './compaction/beginning.ts'
export {
  type CompactHistoryOptions,
  compactHistory,
  type Summarize,
  type SummaryOptions,
} from './compaction/compact-history.ts'
export {
  CompactingSession,
  type CompactingSessionOptions,
  type CompactionClient,
  type CompactionDecision,
  type CompactionResult,
  type RunCompactionArgs,
} from './compaction/compacting-session.ts'
export type { DueOptions } from './compaction/due.ts'
export * from './history/index.ts'
