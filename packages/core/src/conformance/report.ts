import { createRequire } from 'node:module'
import { arch, platform, release } from 'node:os'
import { capabilitiesOf, type Harness, isStoreHarness } from './harness.ts'
import type { Offer } from './offer.ts'

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

/** The verdict on one harness, and with what it was reached: plain data, to keep and to compare. */
export interface ConformanceReport {
  adapter: string
  /** The version of the adapter, where the harness says it. */
  version?: string
  /** What was certified. */
  kind: 'store' | 'session'
  /** What the harness declares, and what follows from it. */
  capabilities: Readonly<Record<string, boolean>>
  /** What the store offers, whatever is declared: see {@link Offer}. Absent for sessions, and where it could not be asked. */
  offers?: Readonly<Record<Offer, boolean>>
  /** The version of the kit. */
  kit: string
  /** The version of Node, or of Node that the runtime says it is. */
  node: string
  /** Such as `bun 1.3.0`. */
  runtime: string
  /** Such as `linux 6.1.0 x64`. */
  platform: string
  seed: number
  steps: number
  /** No case failed. */
  ok: boolean
  passed: number
  failed: number
  skipped: number
  cases: CaseReport[]
}

/** Counts the verdicts and says with what they were reached. */
export function createReport(
  harness: Harness,
  { seed, steps }: { seed: number; steps: number },
  cases: readonly CaseReport[],
  offers?: Readonly<Record<Offer, boolean>>,
): ConformanceReport {
  const count = (status: CaseReport['status']): number => cases.filter((result) => result.status === status).length
  const failed = count('fail')
  return {
    adapter: harness.name,
    ...(harness.version !== undefined && { version: harness.version }),
    kind: isStoreHarness(harness) ? 'store' : 'session',
    capabilities: capabilitiesOf(harness),
    ...(offers !== undefined && { offers }),
    kit: kitVersion(),
    node: process.versions.node,
    runtime: runtime(),
    platform: `${platform()} ${release()} ${arch()}`,
    seed,
    steps,
    ok: failed === 0,
    passed: count('pass'),
    failed,
    skipped: count('skip'),
    cases: [...cases],
  }
}

/**
 * A line with the counts; then of what failed: what was promised, what was seen, and how to run just that case again; then what
 * was skipped and why.
 * @param again - how the case of this id is run again
 */
export function formatReport(
  report: ConformanceReport,
  again: (id: string) => string = againByOptions(report),
): string {
  const { adapter, passed, failed, skipped, cases } = report
  const failures = cases.flatMap(({ id, title, status, error = '' }) => {
    if (status !== 'fail') return []
    return [`  fail ${id}: ${title}`, ...withoutStack(error).map((line) => `    ${line}`), `    again: ${again(id)}`]
  })
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
export function withoutStack(error: string): string[] {
  const lines = error.split('\n').filter((line) => !/^\s+at /.test(line) && line.trim() !== '')
  return lines.length <= 10 ? lines : [...lines.slice(0, 10), '…']
}

function againByOptions({ seed }: ConformanceReport): (id: string) => string {
  return (id) => `runConformance(harness, { only: '${id}', seed: ${seed} })`
}

function runtime(): string {
  const { bun, deno, node }: Record<string, string | undefined> = process.versions
  if (bun !== undefined) return `bun ${bun}`
  return deno === undefined ? `node ${node}` : `deno ${deno}`
}

function kitVersion(): string {
  const { version }: { version: string } = createRequire(import.meta.url)('../../package.json')
  return version
}
