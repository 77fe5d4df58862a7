import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CaseSkipped } from './case-skipped.ts'
import type { Harness } from './harness.ts'
import { type CaseReport, createReport, describeError, formatReport } from './report.ts'
import { type ConformanceOptions, conformanceCases, withDefaults } from './run.ts'

/** The kit's options, and those of the bindings to test runners. */
export interface DescribeOptions extends ConformanceOptions {
  /** A folder for the report, as JSON. Default: none is written. */
  reports?: string
}

/** The cases as tests of some runner, and what is to be done after the last. */
interface Binding {
  tests: { name: string; run(skip: (reason: string) => void): Promise<void> }[]
  /** Milliseconds. The kit's own limit comes first and says which case it was. */
  timeoutMs: number
  /** Prints the counts, what failed and every skip's reason; writes the report. */
  finish(): void
}

/** @param again - how the runner runs the one test whose name begins with this id again */
export function bind(harness: Harness, options: DescribeOptions, again: (id: string) => string): Binding {
  const { reports, ...rest } = options
  const chosen = withDefaults(rest)
  const results: CaseReport[] = []
  const tests = conformanceCases(harness, rest).map(({ id, title, skip, run }) => ({
    name: `${id}: ${title}`,
    run: async (skipTest: (reason: string) => void) => {
      const start = performance.now()
      const result: CaseReport = { id, title, status: 'fail', durationMs: 0 }
      results.push(result)
      try {
        if (skip !== undefined) throw new CaseSkipped(skip)
        await run()
        result.status = 'pass'
      } catch (error) {
        if (!(error instanceof CaseSkipped)) {
          result.error = describeError(error)
          throw error
        }
        Object.assign(result, { status: 'skip', reason: error.message })
        skipTest(error.message)
      } finally {
        result.durationMs = Math.round(performance.now() - start)
      }
    },
  }))
  const finish = (): void => {
    const report = createReport(harness, chosen, results)
    process.stdout.write(`${formatReport(report, again)}\n`)
    if (reports === undefined) return
    mkdirSync(reports, { recursive: true })
    writeFileSync(join(reports, `${harness.name.replace(/\W+/g, '-')}.json`), JSON.stringify(report, null, 2))
  }
  return { tests, timeoutMs: chosen.timeoutMs + 10_000, finish }
}
