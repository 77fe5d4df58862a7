import { createRequire } from 'node:module'

/** The verdict on one case. */
export interface CaseReport {
  id: string
  title: string
  status: 'pass' | 'fail' | 'skip'
  /** Why it was skipped. */
  reason?: string
  error?: string
  durationMs: number
}

/** The verdict on one harness: plain data, to keep and to compare. */
export interface ConformanceReport {
  adapter: string
  /** The version of the kit. */
  kit: string
  /** The version of Node. */
  node: string
  seed: number
  /** No case failed. */
  ok: boolean
  passed: number
  failed: number
  skipped: number
  cases: CaseReport[]
}

/** Counts the verdicts and says with what they were reached. */
export function createReport(adapter: string, seed: number, cases: readonly CaseReport[]): ConformanceReport {
  const count = (status: CaseReport['status']): number => cases.filter((result) => result.status === status).length
  const failed = count('fail')
  return {
    adapter,
    kit: kitVersion(),
    node: process.versions.node,
    seed,
    ok: failed === 0,
    passed: count('pass'),
    failed,
    skipped: count('skip'),
    cases: [...cases],
  }
}

/** A line with the counts, one for each failure, and one for each reason to skip. */
export function formatReport({ adapter, passed, failed, skipped, cases }: ConformanceReport): string {
  const failures = cases.flatMap(({ id, status, error }) => {
    return status === 'fail' ? [`  fail ${id}: ${error?.split('\n')[0]}`] : []
  })
  const skips = Map.groupBy(
    cases.filter(({ status }) => status === 'skip'),
    ({ reason }) => reason,
  )
  const reasons = [...skips].map(([reason, group]) => `  skip ${group.map(({ id }) => id).join(', ')}: ${reason}`)
  return [`${adapter}: ${passed} passed, ${failed} failed, ${skipped} skipped`, ...failures, ...reasons].join('\n')
}

function kitVersion(): string {
  const { version }: { version: string } = createRequire(import.meta.url)('../../package.json')
  return version
}
