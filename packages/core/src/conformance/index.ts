export { CaseSkipped } from './case-skipped.ts'
export type { CommitFault, Harness, SessionHarness, SessionUnderTest, StoreHarness, WorkerSource } from './harness.ts'
export { type CaseReport, type ConformanceReport, formatReport } from './report.ts'
export { type ConformanceCase, type ConformanceOptions, conformanceCases, runConformance } from './run.ts'
