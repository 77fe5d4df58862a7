import type { OpenStore } from '@sessions/cli/program'
import { type SessionFilter, type SessionInfo, yieldIfLong } from '@sessions/core'
import { added, bucketOf, type Sums, type SumsPart } from '../shared/pictures.ts'
import { type Measures, measure } from './measure.ts'
import { placeText } from './query.ts'
import { tokensOf } from './tokens-by-day.ts'

/** How long one answer looks, in milliseconds: the page asks on. */
const lookMs = 300

/**
 * Sums over the sessions of the filter, as far as a short while leads, at most `limit`, and from where to go on.
 * @param timeZone - of the days: a name as `Intl` has it
 * @throws RangeError for another
 */
export async function picturesPart(
  opened: OpenStore,
  filter: SessionFilter,
  limit: number,
  timeZone: string,
  signal: AbortSignal,
): Promise<SumsPart> {
  const dayOf = daysOf(timeZone)
  const end = performance.now() + lookMs
  const found: Sums[] = []
  let last: SessionInfo | undefined
  for await (const info of opened.store.listSessions({ ...filter, limit }, { signal })) {
    found.push(sumsOf(info, await measure(opened, info.sessionId, dayOf, signal), dayOf))
    last = info
    if (performance.now() > end) return { ...added(found), next: placeText(info) }
    await yieldIfLong()
  }
  return { ...added(found), ...(found.length >= limit && last && { next: placeText(last) }) }
}

/** `2026-03-14` in a time zone. */
function daysOf(timeZone: string): (time: Date) => string {
  // Sweden writes days so that they are in order.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return (time) => format.format(time)
}

/** Those of one session. */
function sumsOf(info: SessionInfo, measures: Measures, dayOf: (time: Date) => string): Sums {
  const { sessionId, createdAt, itemCount } = info
  const { bytes, isCut, itemsByDay, longestTurn } = measures
  const extreme = { sessionId, items: itemCount, bytes, ...(longestTurn !== undefined && { longestTurn }) }
  return {
    sessions: 1,
    cut: isCut ? 1 : 0,
    days: [
      { day: dayOf(createdAt), sessions: 1, items: 0 },
      ...[...itemsByDay].map(([day, items]) => ({ day, sessions: 0, items })),
    ],
    lengths: oneAt(bucketOf(itemCount)),
    sizes: oneAt(bucketOf(bytes)),
    tokens: tokensOf(info.metadata, dayOf),
    largest: [extreme],
    slowest: longestTurn === undefined ? [] : [extreme],
  }
}

function oneAt(index: number): number[] {
  return [...Array<number>(index).fill(0), 1]
}
