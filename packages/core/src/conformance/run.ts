import { setTimeout as sleep } from 'node:timers/promises'
import { assertOptions, checkMilliseconds, type OptionTypes } from '../call/validate.ts'
import { Background, hear } from './background.ts'
import type { CaseDefinition } from './case.ts'
import { CaseSkipped } from './case-skipped.ts'
import { definitions } from './cases/index.ts'
import { CaseContext } from './context.ts'
import { assertHarness, capabilitiesOf, type Harness, isStoreHarness } from './harness.ts'
import { keepWorkers } from './kept-workers.ts'
import { offersOf } from './offered.ts'
import { type CaseReport, type ConformanceReport, createReport, describeError } from './report.ts'
import { withinTime } from './within-time.ts'

/** A case bound to a harness. */
export interface ConformanceCase {
  id: string
  title: string
  /** Why the harness need not keep this promise; the case is not to be run then. */
  skip?: string
  /**
   * Resets the harness, then rejects where the promise is broken, or with {@link CaseSkipped}.
   * @param onLate - called with what fails after the verdict, in the background
   */
  run(onLate?: (error: Error) => void): Promise<void>
}

/** Which cases, and how random ones are drawn. */
export interface ConformanceOptions {
  /** Only the case with this id; where there is none, those whose id begins with it. */
  only?: string
  /** Not the cases with these ids, nor those whose ids begin with them: where another run of the same code has had them. Default: none. */
  except?: readonly string[]
  /** What random choices are drawn from; the report says it. Default: 1. */
  seed?: number
  /** How long random cases are. Default: 300. */
  steps?: number
  /** Milliseconds after which a case counts as failed. Default: 60,000. */
  timeoutMs?: number
}

/** Who wants to know how far it is. */
export interface RunOptions extends ConformanceOptions {
  /** Called with the id of each case before it runs. */
  onStart?: (id: string) => void
  /** Called with the verdict on each case as soon as there is one. */
  onCase?: (result: CaseReport) => void
}

/** Those of `runConformance` too. */
const optionTypes: OptionTypes = {
  only: 'string',
  except: 'object',
  seed: 'number',
  steps: 'number',
  timeoutMs: 'number',
  onStart: 'object',
  onCase: 'object',
}

/** Milliseconds, or that part of the time of a case, at most, to close what it opened: a store that hangs must not hold up the verdict. */
const [leastCleanUpMs, cleanUpShare] = [5_000, 1 / 4]
/** Milliseconds after the last case in which something that was left running may still fail. */
const graceMs = 50

/**
 * The cases for a harness, in a stable order.
 * @throws TypeError for a harness or options that a verdict could not be trusted with, RangeError where `only` or `except` fits no case
 */
export function conformanceCases(harness: Harness, options: ConformanceOptions = {}): ConformanceCase[] {
  assertHarness(harness)
  assertOptions('The conformance kit', options, optionTypes)
  const { only = '', except = [], seed, steps, timeoutMs } = withDefaults(options)
  checkMilliseconds('timeoutMs', timeoutMs, 1)
  const strange = Object.keys(differencesOf(harness)).find(
    (id) => !definitions.some((definition) => definition.id === id),
  )
  if (strange !== undefined) throw new TypeError(`differences names no case: ${JSON.stringify(strange)}.`)
  const exact = definitions.filter(({ id }) => id === only)
  const chosen = exact.length > 0 ? exact : definitions.filter(({ id }) => id.startsWith(only))
  if (chosen.length === 0) throw new RangeError(`No case has an id that begins with ${JSON.stringify(only)}.`)
  if (!Array.isArray(except)) throw new TypeError('except must be an array of ids, or of their beginnings.')
  const unknown = except.find((begin) => !definitions.some(({ id }) => id.startsWith(begin)))
  if (unknown !== undefined) throw new RangeError(`except fits no case: ${JSON.stringify(unknown)}.`)
  const left = chosen.filter(({ id }) => !except.some((begin) => id.startsWith(begin)))
  if (left.length === 0) throw new RangeError('except leaves no case.')
  return left
    .filter((definition) => applies(definition, harness))
    .map((definition) => {
      const skip = reasonToSkip(definition, harness)
      const { id, title } = definition
      return {
        id,
        title,
        ...(skip !== undefined && { skip }),
        run: (onLate) =>
          new Background().run(async () => {
            const context = new CaseContext(harness, seed, steps)
            await expected(definition, harness, () => runCase(definition, harness, context, timeoutMs))
          }, onLate),
      }
    })
}

/** What is chosen where nothing is said. */
export function withDefaults<O extends ConformanceOptions>(
  options: O,
): O & Required<Pick<O, 'seed' | 'steps' | 'timeoutMs'>> {
  return { ...options, seed: options.seed ?? 1, steps: options.steps ?? 300, timeoutMs: options.timeoutMs ?? 60_000 }
}

/** Runs every case and reports. No test runner is needed. */
export async function runConformance(harness: Harness, options: RunOptions = {}): Promise<ConformanceReport> {
  const results: CaseReport[] = []
  const cases = conformanceCases(harness, options)
  const release = hear()
  const endWorkers = keepWorkers()
  try {
    for (const test of cases) {
      options.onStart?.(test.id)
      const result = await reportCase(test)
      results.push(result)
      options.onCase?.(result)
    }
    await endWorkers()
    await lateFailures()
  } finally {
    await endWorkers()
    release()
  }
  const chosen = withDefaults(options)
  return createReport(harness, chosen, results, await offersOf(harness, chosen.timeoutMs))
}

/** Waits for what may still fail in the background once all cases have their verdict. */
export async function lateFailures(): Promise<void> {
  await sleep(graceMs)
}

/** What fails after the verdict is the verdict. */
export function failLate(result: CaseReport): (error: Error) => void {
  return (error) => {
    delete result.reason
    Object.assign(result, { status: 'fail', error: describeError(error) })
  }
}

async function reportCase({ id, title, skip, run }: ConformanceCase): Promise<CaseReport> {
  if (skip !== undefined) return { id, title, status: 'skip', reason: skip, durationMs: 0 }
  const start = performance.now()
  const result: CaseReport = { id, title, status: 'pass', durationMs: 0 }
  try {
    await run(failLate(result))
  } catch (error) {
    if (error instanceof CaseSkipped) Object.assign(result, { status: 'skip', reason: error.message })
    else Object.assign(result, { status: 'fail', error: describeError(error) })
  }
  result.durationMs = Math.round(performance.now() - start)
  return result
}

/** Where the harness says that its class differs, the failure is a skip with that reason, and anything else is wrong. */
async function expected({ id }: CaseDefinition, harness: Harness, run: () => Promise<void>): Promise<void> {
  const difference = differencesOf(harness)[id]
  if (difference === undefined) return run()
  try {
    await run()
  } catch (error) {
    if (error instanceof CaseSkipped) throw error
    throw new CaseSkipped(difference)
  }
  throw new Error(`The harness says that this differs, and it does not: ${difference}`)
}

function differencesOf(harness: Harness): Readonly<Record<string, string>> {
  return isStoreHarness(harness) ? {} : (harness.differences ?? {})
}

async function runCase(
  definition: CaseDefinition,
  harness: Harness,
  context: CaseContext,
  timeoutMs: number,
): Promise<void> {
  const cleanUp = (maxMs: number): Promise<void> =>
    withinTime(Math.min(timeoutMs, maxMs), 'The case had not closed what it opened', () => context.closeAll())
  try {
    await withinTime(timeoutMs, 'The case had not ended', async () => {
      await harness.reset()
      await definition.run(context)
    })
  } catch (error) {
    // What fails while a failed case is cleaned up would only hide why it failed.
    await Promise.allSettled([cleanUp(leastCleanUpMs / 5)])
    throw error
  }
  await cleanUp(Math.max(leastCleanUpMs, timeoutMs * cleanUpShare))
}

/** Whether a case is about this kind of harness at all, and about what it declares. */
function applies({ store, needs = [], without = [] }: CaseDefinition, harness: Harness): boolean {
  const declared = capabilitiesOf(harness)
  if (!without.every((capability) => declared[capability] === false)) return false
  return isStoreHarness(harness) || (store !== true && needs.every((capability) => capability in declared))
}

function reasonToSkip({ needs = [] }: CaseDefinition, harness: Harness): string | undefined {
  const declared = capabilitiesOf(harness)
  const missing = needs.find((capability) => declared[capability] !== true)
  return missing === undefined ? undefined : `${missing} is declared false`
}
