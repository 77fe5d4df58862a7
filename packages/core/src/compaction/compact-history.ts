import { CallerFailure } from '../call/caller-failure.ts'
import { LongCall } from '../call/long-call.ts'
import type { Signal } from '../call/signal.ts'
import { assertOptions, checkInteger, type OptionTypes } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { takeItems } from '../codec/plain-data.ts'
import { SessionError } from '../errors/session-error.ts'
import { type HistoryAccess, isOpenToFunctions, onHistory } from '../session/history-access.ts'
import { readPlaced } from '../session/placed-history.ts'
import { type CompactionCounts, countBefore, replaceBeginning } from './beginning.ts'
import { checkDue, type Due, type DueOptions } from './due.ts'

/** Makes fewer items, or shorter ones, that say the same. */
export type Summarize<TItem extends object = AgentInputItem> = (
  items: TItem[],
  options: { signal: Signal },
) => TItem[] | Promise<TItem[]>

/** When and how a history is summarized. */
export interface SummaryOptions<TItem extends object = AgentInputItem> extends DueOptions<TItem> {
  /** How many of the newest turns stay as they are. */
  keepTurns: number
  /** Is given what is older, oldest first, and returns what takes its place. What it throws changes nothing. */
  summarize: Summarize<TItem>
}

/** Also what ends it. */
export interface CompactHistoryOptions<TItem extends object = AgentInputItem> extends SummaryOptions<TItem> {
  /** An abort rejects at once, with its reason, and reaches `summarize` too. Nothing is changed then. */
  signal?: Signal
}

export const summaryTypes: OptionTypes = {
  when: 'object',
  maxItems: 'number',
  maxTokens: 'number',
  measure: 'object',
  keepTurns: 'number',
  summarize: 'object',
}

/** Options that were found right. */
export interface Policy<TItem extends object> {
  isDue: Due<TItem>
  keepTurns: number
  summarize: Summarize<TItem>
}

/**
 * Replaces what is older than the newest `keepTurns` turns by what `summarize` makes of it, in one write and on the condition that it is
 * still there. What others add meanwhile is kept after the summary, so a session is compacted while it is used; nobody waits for the
 * summarizer. `undefined` where it is not time or nothing is old enough. A call stays with its result: where they are turns apart, the older
 * turn is kept too.
 * @throws SESSION_CONFLICT where what was summarized was changed meanwhile; SESSION_RECORD_CORRUPT; SESSION_UNSUPPORTED for a session that is
 * not of this library; what `summarize`, `when` or `measure` throws. Nothing is changed then
 */
export async function compactHistory<TItem extends object = AgentInputItem>(
  session: object & { getItems(limit?: number): Promise<TItem[]> },
  options: CompactHistoryOptions<TItem>,
): Promise<CompactionCounts | undefined> {
  const types: OptionTypes = { ...summaryTypes, signal: 'object' }
  assertOptions('compactHistory', options, types, ['keepTurns', 'summarize'])
  const policy = checkSummary('compactHistory', options)
  const call = new LongCall(options.signal === undefined ? {} : { signal: options.signal })
  return await summarizeHistory(session, policy, call)
}

/** @throws TypeError or RangeError that names the option */
export function checkSummary<TItem extends object>(owner: string, options: SummaryOptions<TItem>): Policy<TItem> {
  const { keepTurns, summarize } = options
  checkInteger('keepTurns', keepTurns, 0)
  if (typeof summarize !== 'function') throw new TypeError(`${owner}: summarize must be a function of the items.`)
  return { isDue: checkDue(owner, options), keepTurns, summarize }
}

/** The same with what was checked. */
export async function summarizeHistory<TItem extends object>(
  session: object,
  policy: Policy<TItem>,
  call: LongCall,
): Promise<CompactionCounts | undefined> {
  if (!isOpenToFunctions<TItem>(session)) {
    const message = 'Only sessions of this library can be compacted in one write.'
    throw new SessionError('SESSION_UNSUPPORTED', `${message} Nothing was changed.`)
  }
  return await session[onHistory]('compactHistory', (access) => call.run(() => compact(access, policy, call)))
}

async function compact<TItem extends object>(
  access: HistoryAccess<TItem>,
  { isDue, keepTurns, summarize }: Policy<TItem>,
  call: LongCall,
): Promise<CompactionCounts | undefined> {
  const { entries } = await readPlaced(access.records, access.sessionId)
  const items = await access.items.decode(entries.map(({ record }) => record))
  if (!(await ofCaller(() => isDue(items)))) return undefined
  const count = countBefore(items, keepTurns)
  if (count === 0) return undefined
  const beginning = { entries: entries.slice(0, count), items: items.slice(0, count) }
  const signal = call.signal ?? new AbortController().signal
  const summary = await ofCaller(async () =>
    takeItems(await summarize(structuredClone(beginning.items), { signal }), 'What summarize returns'),
  )
  const encoded = await access.items.encode(summary)
  if (signal.aborted) throw new CallerFailure(signal.reason)
  return await replaceBeginning(access, beginning, encoded, call.signal)
}

/** What a function of the caller throws reaches them as it is. */
async function ofCaller<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new CallerFailure(error)
  }
}
