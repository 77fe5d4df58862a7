import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hear } from './background.ts'
import { CaseSkipped } from './case-skipped.ts'
import type { Harness } from './harness.ts'
import { keepWorkers } from './kept-workers.ts'
import { offersOf } from './offered.ts'
import { type CaseReport, createReport, describeError, formatReport } from './report.ts'
import { type ConformanceOptions, conformanceCases, failLate, lateFailures, withDefaults } from './run.ts'

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
  /** Prints the counts, what failed and every skip's reason; writes the report. @throws what failed after its case had passed */
  finish(): Promise<void>
}

/** @param again - how the runner runs the one test whose name begins with this id again */
export function bind(harness: Harness, options: DescribeOptions, again: (id: string) => string): Binding {
  const { reports, ...rest } = options
  const chosen = withDefaults(rest)
  const results: CaseReport[] = []
  const late: Error[] = []
  let release: (() => void) | undefined
  let endWorkers: (() => Promise<void>) | undefined
  const tests = conformanceCases(harness, rest).map(({ id, title, skip, run }) => ({
    name: `${id}: ${title}`,
    run: async (skipTest: (reason: string) => void) => {
      const start = performance.now()
      const result: CaseReport = { id, title, status: 'fail', durationMs: 0 }
      results.push(result)
      release ??= hear()
      endWorkers ??= keepWorkers()
      try {
        if (skip !== undefined) throw new CaseSkipped(skip)
        await run((error) => {
          if (result.status !== 'fail') late.push(new Error(`${id} passed, and then failed.`, { cause: error }))
          failLate(result)(error)
        })
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
  const finish = async (): Promise<void> => {
    await endWorkers?.()
    await lateFailures()
    release?.()
    const report = createReport(harness, chosen, results, await offersOf(harness, chosen.timeoutMs))
    process.stdout.write(`${formatReport(report, again)}\n`)
    if (reports !== undefined) {
      mkdirSync(reports, { recursive: true })
      writeFileSync(join(reports, `${harness.name.replace(/\W+/g, '-')}.json`), JSON.stringify(report, null, 2))
    }
    if (late.length > 0) throw new AggregateError(late, late.map(({ message }) => message).join(' '))
  }
  return { tests, timeoutMs: chosen.timeoutMs + 10_000, finish }
}
