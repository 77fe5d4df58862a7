import { byListingOrder, type SessionFilter, type SessionPlace } from '@sessions/core'
import type { Statements } from './statements.ts'
import { fromTimestamp, toBound, toTimestamp } from './timestamps.ts'

/** Runs one read. */
type Read = <T>(work: (statements: Statements) => T) => T | Promise<T>

interface ListedRow {
  sessionId: string
  updatedAt: string
  matches: number
}

/** Sessions that the first read looks at, and at most a later one, which looks at twice as many as the one before: not all who list go on. */
const [firstPage, largestPage] = [50, 500]
/** Up to so many sessions that an index gives are looked at and sorted; of more, the newest are looked for. */
const fewSessions = 1_000
/** Sorts after every text in SQLite. */
const endOfTexts = Buffer.of(0)

/**
 * The ids of what matches, newest change first, then descending by bytes. Where an index says that few can match, those;
 * else all sessions from the newest on, page after page, so that what is asked for is soon found where many match.
 */
export async function* listIds(filter: SessionFilter, now: number, read: Read): AsyncIterable<string> {
  const { prefix = '', updatedAfter } = filter
  const wanted = Object.entries(filter.metadata ?? {}).map(([key, value]) => [
    JSON.stringify(key),
    JSON.stringify(value),
  ])
  const values = {
    now,
    prefix,
    prefixEnd: afterPrefix(prefix) ?? endOfTexts,
    metadata: JSON.stringify(wanted),
    after: updatedAfter === undefined ? '' : toTimestamp(updatedAfter.getTime()),
    ...beginning(filter),
  }
  const few = await read((statements) => fewest(statements, values, wanted))
  if (few === undefined) {
    yield* inOrder(walk(values, Math.min(filter.limit ?? firstPage, firstPage), read))
    return
  }
  const rows = await read(({ chosen }) => chosen.all({ ...values, ids: JSON.stringify(few) }) as ListedRow[])
  yield* rows
    .filter(({ matches }) => matches === 1)
    .map(placeOf)
    .sort(byListingOrder)
    .map(({ sessionId }) => sessionId)
}

/** The ids that the most selective criterion leaves; `undefined` where each leaves many. */
function fewest(
  { withPrefix, withMetadata }: Statements,
  { prefix, prefixEnd }: { prefix: string; prefixEnd: string | Buffer },
  wanted: readonly (readonly (string | undefined)[])[],
): string[] | undefined {
  const limit = fewSessions + 1
  const found = wanted.map(([key, value]) => withMetadata.all({ key, value, limit }) as string[])
  if (prefix !== '') found.push(withPrefix.all({ prefix, prefixEnd, limit }) as string[])
  const [first] = found.sort((a, b) => a.length - b.length)
  return first === undefined || first.length > fewSessions ? undefined : first
}

/** Before which text and id the listing begins, at the latest: `after` may name an instant that the index has in two forms. */
function beginning({ updatedBefore, after }: SessionFilter): { before: string; beforeId: string } {
  // A colon sorts after every digit: no bound.
  const before = updatedBefore === undefined ? ':' : toBound(updatedBefore.getTime())
  if (after === undefined) return { before, beforeId: '' }
  const place = toTimestamp(after.updatedAt.getTime())
  const begins = place.endsWith('.000')
    ? { before: `${place}0`, beforeId: '' }
    : { before: place, beforeId: after.sessionId }
  return before <= begins.before ? { before, beforeId: '' } : begins
}

async function* walk(values: Record<string, unknown>, first: number, read: Read): AsyncIterable<ListedRow> {
  let [before, beforeId] = [values.before, values.beforeId]
  for (let limit = first; ; limit = Math.min(2 * limit, largestPage)) {
    const rows = await read(({ recent }) => recent.all({ ...values, before, beforeId, limit }) as ListedRow[])
    yield* rows.filter(({ matches }) => matches === 1)
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    before = last.updatedAt
    beforeId = last.sessionId
  }
}

/**
 * The index has `…:05.000`, as we write a whole second, before `…:05`, as Python does; both are one instant, of which the ids
 * decide.
 */
async function* inOrder(rows: AsyncIterable<ListedRow>): AsyncIterable<string> {
  const held: ListedRow[] = []
  for await (const row of rows) {
    const [first] = held
    const sameInstant = first !== undefined && first.updatedAt.slice(0, 19) === row.updatedAt.slice(0, 19)
    if (row.updatedAt.endsWith('.000')) {
      if (!sameInstant) yield* held.splice(0).map(({ sessionId }) => sessionId)
      held.push(row)
      continue
    }
    const later = sameInstant ? held.findIndex((each) => byListingOrder(placeOf(each), placeOf(row)) > 0) : -1
    yield* held.splice(0, later < 0 ? held.length : later).map(({ sessionId }) => sessionId)
    yield row.sessionId
  }
  yield* held.map(({ sessionId }) => sessionId)
}

function placeOf({ sessionId, updatedAt }: ListedRow): SessionPlace {
  return { sessionId, updatedAt: new Date(fromTimestamp(updatedAt)) }
}

/** The first text, by bytes, after all that begin with the prefix; `undefined` where there is none. */
function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  while (points.at(-1) === 0x10_ffff) points.pop()
  const last = points.pop()
  if (last === undefined) return undefined
  // Between them lie the surrogates, which are no characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
}
