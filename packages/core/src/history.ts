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
export { both } from './history/both.ts'
export { keepLastItems } from './history/keep-last-items.ts'
export { keepLastTurns } from './history/keep-last-turns.ts'
export { keepWithin } from './history/keep-within.ts'
export { turnsOf } from './history/turns-of.ts'
export type { AsyncHistoryWindow, HistoryWindow, WindowOptions } from './history/window.ts'
