export { CaseSkipped } from './case-skipped.ts'
export { toBadge, toJUnit } from './formats.ts'
export type { CommitFault, Harness, SessionHarness, SessionUnderTest, StoreHarness, WorkerSource } from './harness.ts'
export type { Offer } from './offer.ts'
export { type CaseReport, type ConformanceReport, formatReport } from './report.ts'
export {
  type ConformanceCase,
  type ConformanceOptions,
  conformanceCases,
  type RunOptions,
  runConformance,
} from './run.ts'
