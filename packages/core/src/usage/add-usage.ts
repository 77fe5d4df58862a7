import { type Clock, systemClock } from '../call/clock.ts'
import { describe } from '../call/describe.ts'
import { assertId, assertOptions, checkClock } from '../call/validate.ts'
import type { JSONValue } from '../codec/json.ts'
import { SessionError } from '../errors/session-error.ts'
import type { CountedTurn } from '../store/session-filter.ts'
import { type RunUsageSource, usageOfRun } from './run-usage.ts'
import { type SessionUsage, sessionUsage, withRun } from './session-usage.ts'

/** What is needed of a session to keep usage in its metadata: every session of this library over a store of its own has it. */
export interface UsageSession {
  updateMetadata?(update: (metadata: Record<string, JSONValue>) => Record<string, JSONValue | undefined>): Promise<void>
  info?(): Promise<{ metadata?: Record<string, JSONValue>; countedTurns?: CountedTurn[] } | undefined>
}

/** Which run it is. */
export interface AddUsageOptions {
  /**
   * An id of yours that stays the same when the run is interrupted and resumed, in another process too: the SDK has none. A total that comes
   * later under the same id takes the place of the earlier, since it holds that.
   */
  runId: string
  /** Where the time of the turn comes from. Default: the machine's. */
  clock?: Clock
}

/**
 * Adds what a run has cost to `metadata.usage`, atomically, whoever else adds: the total of the session, by agent, by model, and of the
 * newest 100 runs each with its time. Of the newest 1,000 runs it is known that they were added: a repetition counts once. Of a run that is
 * not among the newest 100 any more only the total is known; what a later total takes back of it is taken from the agent and the model `unknown`.
 *
 * A streamed run is waited for; the SDK 0.20 does not say which model a streamed response came from, so it is `unknown`. Metadata are not encrypted, also where items are: names of agents and models and numbers are readable there.
 * @throws TypeError; SESSION_UNSUPPORTED where the session has no metadata; SESSION_CONFLICT where `metadata.usage` is something else
 */
export async function addUsage(session: UsageSession, result: RunUsageSource, options: AddUsageOptions): Promise<void> {
  assertOptions('addUsage', options, { runId: 'string', clock: 'object' }, ['runId'])
  assertId(options.runId, 'runId')
  checkResult(result)
  const clock = checkClock(options.clock ?? systemClock)
  if (result.completed !== undefined) await result.completed.then(ignored, ignored)
  const usage = usageOfRun(result)
  if (typeof session?.updateMetadata !== 'function') throw withoutMetadata()
  await session.updateMetadata((metadata) => withRun(metadata, options.runId, usage, new Date(clock.now())))
}

/**
 * What all runs of a session have cost that were added; zeros where none was. In a branch of Python's `AdvancedSQLiteSession`, also what its
 * `store_run_usage` counted, each turn as a run `turn 1`, `turn 2` and so on, of agents and models that are `unknown`.
 * @throws SESSION_UNSUPPORTED where the session has no metadata; SESSION_CONFLICT where `metadata.usage` is something else
 */
export async function usageOf(session: UsageSession): Promise<SessionUsage> {
  if (typeof session?.info !== 'function') throw withoutMetadata()
  const { metadata = {}, countedTurns = [] } = (await session.info()) ?? {}
  return sessionUsage(metadata, countedTurns)
}

function checkResult(result: unknown): asserts result is RunUsageSource {
  const { state, newItems, rawResponses } = (result ?? {}) as Partial<RunUsageSource>
  const fits = typeof state?.usage?.requests === 'number' && Array.isArray(newItems) && Array.isArray(rawResponses)
  if (!fits) throw new TypeError(`result must be what a run of the SDK gave, not ${describe(result)}.`)
}

/** How a run ended is the business of whoever began it; it has cost what it has. */
function ignored(): void {}

function withoutMetadata(): SessionError {
  return new SessionError('SESSION_UNSUPPORTED', 'The session has no metadata to keep usage in. Nothing was changed.')
}
