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

/** A line with the counts, then what failed and why, then what was skipped and why. */
export function formatReport({ adapter, seed, passed, failed, skipped, cases }: ConformanceReport): string {
  const failures = cases.flatMap(({ id, title, status, error = '' }) => {
    if (status !== 'fail') return []
    return [`  fail ${id}: ${title}`, ...withoutStack(error).map((line) => `    ${line}`)]
  })
  if (failed > 0) failures.push(`  Run one again with { only: '<id>', seed: ${seed} }.`)
  const skips = Map.groupBy(
    cases.filter(({ status }) => status === 'skip'),
    ({ reason }) => reason,
  )
  const reasons = [...skips].map(([reason, group]) => `  skip ${group.map(({ id }) => id).join(', ')}: ${reason}`)
  return [`${adapter}: ${passed} passed, ${failed} failed, ${skipped} skipped`, ...failures, ...reasons].join('\n')
}

/** The error with its stack and its causes: what a report keeps of it. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined ? text : `${text}\nCaused by: ${describeError(cause)}`
}

/** The messages, without where they came from, and no more lines than one reads. */
function withoutStack(error: string): string[] {
  const lines = error.split('\n').filter((line) => !/^\s+at /.test(line) && line.trim() !== '')
  return lines.length <= 10 ? lines : [...lines.slice(0, 10), '…']
}

function kitVersion(): string {
  const { version }: { version: string } = createRequire(import.meta.url)('../../package.json')
  return version
}
