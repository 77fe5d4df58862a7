import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, it } from 'vitest'
import { CaseSkipped } from './case-skipped.ts'
import type { Harness } from './harness.ts'
import { type CaseReport, createReport, describeError, formatReport } from './report.ts'
import { type ConformanceOptions, conformanceCases } from './run.ts'

/** The kit's options, and those of the vitest binding. */
export interface DescribeOptions extends ConformanceOptions {
  /** A folder for the report, as JSON. Default: none is written. */
  reports?: string
}

/** One vitest test for each case, in a `describe` of the harness's name; prints the counts and every skip's reason. */
export function describeConformance(harness: Harness, options: DescribeOptions = {}): void {
  const { timeoutMs = 60_000, reports } = options
  describe(harness.name, () => {
    const results: CaseReport[] = []
    for (const { id, title, skip, run } of conformanceCases(harness, options)) {
      // The kit's own limit comes first and says which case it was.
      it(`${id}: ${title}`, { timeout: timeoutMs + 10_000 }, async (test) => {
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
          test.skip(error.message)
        } finally {
          result.durationMs = Math.round(performance.now() - start)
        }
      })
    }
    afterAll(() => {
      const report = createReport(harness.name, options.seed ?? 1, results)
      process.stdout.write(`${formatReport(report)}\n`)
      if (reports === undefined) return
      mkdirSync(reports, { recursive: true })
      writeFileSync(join(reports, `${harness.name.replace(/\W+/g, '-')}.json`), JSON.stringify(report, null, 2))
    })
  })
}
