import type { Signal } from '../call/signal.ts'
import { SessionError } from '../errors/session-error.ts'
import { correlate } from '../history/correlate.ts'
import { turnStarts } from '../history/turns-of.ts'
import type { HistoryAccess } from '../session/history-access.ts'
import { keptTimes, type PlacedRecord } from '../session/placed-history.ts'
import type { CommitResult, HistoryChange } from '../store/history-change.ts'
import type { Decide } from '../store/store-hooks.ts'

/**
 * How many of the oldest items a summary may stand for, so that the newest turns stay whole and no result loses its call; 0 where they hold no
 * turn, but only an earlier summary, say.
 */
export function countBefore(items: readonly object[], keepTurns: number): number {
  const starts = turnStarts(items)
  if (starts.length <= keepTurns) return 0
  const pairs = correlate(items)
  let count = keepTurns === 0 ? items.length : (starts.at(-keepTurns) ?? 0)
  for (;;) {
    const cut = pairs.find(([call, result]) => call < count && result >= count)
    if (cut === undefined) return count > (starts[0] ?? 0) ? count : 0
    count = starts.findLast((start) => start <= cut[0]) ?? 0
  }
}

/** The oldest records of a history, which a summary stands for. */
export interface Beginning<TItem extends object> {
  entries: readonly PlacedRecord[]
  items: readonly TItem[]
}

/** What compaction did, in items. */
export interface CompactionCounts {
  /** From the beginning. */
  removed: number
  /** In their place. */
  added: number
  /** What follows the summary, among it what was added meanwhile. */
  kept: number
}

/**
 * Puts `summary` in the place of the beginning in one write, if all of that is still there, whatever was added after it. What follows is
 * written again as it is, with its times; the summary is as old as the newest of what it stands for.
 * @throws SESSION_CONFLICT where the beginning was changed, or a call in it was answered meanwhile
 */
export async function replaceBeginning<TItem extends object>(
  access: HistoryAccess<TItem>,
  beginning: Beginning<TItem>,
  summary: readonly string[],
  signal?: Signal,
): Promise<CompactionCounts> {
  const { records, sessionId } = access
  const { entries } = beginning
  const counts: CompactionCounts = { removed: entries.length, added: summary.length, kept: 0 }
  let rest: readonly PlacedRecord[] = []
  const changeOf = async (following: readonly string[]): Promise<HistoryChange> => {
    await assertUnanswered(access, beginning.items, following)
    counts.kept = following.length
    const append = [...summary, ...following]
    return {
      drop: entries.length + following.length,
      append,
      ...timesOf(entries.at(-1), summary.length, following, rest),
    }
  }
  const attempt = async (): Promise<CommitResult> => {
    rest = await restAfter(access, entries)
    const change = await changeOf(rest.map(({ record }) => record))
    const all = [...entries, ...rest]
    const condition = records.keepsPlaces
      ? { expectNewest: all.at(-1)?.id ?? null }
      : { expectTail: all.map(({ record }) => record) }
    return await records.commit(sessionId, { ...condition, ...change })
  }
  const decide: Decide = async (stored) => ({
    expectTail: stored.slice(-1),
    ...(await changeOf(withoutBeginning(stored, entries))),
  })
  await records.modify(sessionId, attempt, { ...(signal !== undefined && { signal }), locked: { decide } })
  return counts
}

/** What follows keeps its time, as far as that is known; the summary is as old as the newest of what it stands for. */
function timesOf(
  last: PlacedRecord | undefined,
  count: number,
  following: readonly string[],
  rest: readonly PlacedRecord[],
): Pick<HistoryChange, 'appendTimes'> {
  if (last?.createdAt === undefined) return {}
  const { appendTimes = following.map(() => undefined) } = keptTimes(rest, following)
  return { appendTimes: [...new Array<Date>(count).fill(last.createdAt), ...appendTimes] }
}

/** What follows the beginning now. @throws SESSION_CONFLICT where the beginning is not there as it was */
async function restAfter<TItem extends object>(
  { records, sessionId }: HistoryAccess<TItem>,
  beginning: readonly PlacedRecord[],
): Promise<PlacedRecord[]> {
  if (!records.keepsPlaces) {
    const stored = await records.read(sessionId, undefined, { latest: true })
    return withoutBeginning(stored, beginning).map((record) => ({ record }))
  }
  const limit = Number.MAX_SAFE_INTEGER
  const [first, after] = [beginning[0]?.id, beginning.at(-1)?.id]
  if (first === undefined || after === undefined) return (await records.entries(sessionId, { limit })).entries
  try {
    return (await records.entries(sessionId, { limit, after, expect: { first, count: beginning.length } })).entries
  } catch (error) {
    throw error instanceof SessionError && error.code === 'SESSION_CONFLICT' ? changed() : error
  }
}

/** @throws SESSION_CONFLICT where that is not how they begin */
function withoutBeginning(stored: readonly string[], beginning: readonly PlacedRecord[]): string[] {
  if (beginning.some(({ record }, index) => record !== stored[index])) throw changed()
  return stored.slice(beginning.length)
}

/** A result is refused by the model's API without its call. */
async function assertUnanswered<TItem extends object>(
  { items }: HistoryAccess<TItem>,
  beginning: readonly TItem[],
  following: readonly string[],
): Promise<void> {
  const pairs = correlate([...beginning, ...(await items.decodeReadable(following))])
  if (pairs.some(([call, result]) => call < beginning.length && result >= beginning.length)) throw changed()
}

function changed(): SessionError {
  const message =
    'What was summarized is no longer there as it was: somebody changed it meanwhile. Nothing was changed.'
  return new SessionError('SESSION_CONFLICT', message)
}
