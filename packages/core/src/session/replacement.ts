import { assertOptions } from '../call/validate.ts'
import { canonicalJSON } from '../codec/json.ts'
import { neighbours, plain } from '../codec/records.ts'
import { SessionError } from '../errors/session-error.ts'
import type { RecordEntry } from '../store/record-entry.ts'
import type { HistoryAccess } from './history-access.ts'
import { keptTimes } from './placed-history.ts'

/** What {@link replaceHistory} did, in items. */
export interface ReplaceResult {
  /** The common beginning of both lists, which was left alone. */
  kept: number
  removed: number
  added: number
}

/** Reads everything at once. */
const all = Number.MAX_SAFE_INTEGER

/**
 * Makes the history equal to `items` in one write: the longest common beginning stays as it is, the rest is replaced. Where somebody
 * writes meanwhile, reads again; with `expectNewest`, gives up then.
 */
export async function replaceHistory<TItem extends object>(
  access: HistoryAccess<TItem>,
  items: readonly TItem[],
  expectNewest: string | null | undefined,
): Promise<ReplaceResult> {
  const encoded = await access.items.encode(items)
  const wanted = items.map((item) => canonicalJSON(plain(item)))
  const result: ReplaceResult = { kept: 0, removed: 0, added: 0 }
  await access.records.modify(access.sessionId, async () => {
    const { entries } = await access.records.entries(access.sessionId, { limit: all })
    const newest = entries.at(-1)?.id ?? null
    if (expectNewest !== undefined && newest !== expectNewest) throw changed()
    result.kept = await commonLength(access, entries, encoded, wanted)
    result.removed = entries.length - result.kept
    result.added = items.length - result.kept
    if (result.removed === 0 && result.added === 0) return { status: 'applied', dropped: [] }
    const append = encoded.slice(result.kept)
    const times = keptTimes(entries.slice(result.kept), append)
    return await access.records.commit(access.sessionId, {
      expectNewest: newest,
      drop: result.removed,
      append,
      ...times,
    })
  })
  return result
}

/** How many entries from the beginning mean what is wanted there. A record that cannot be decoded means nothing. */
async function commonLength<TItem extends object>(
  access: HistoryAccess<TItem>,
  entries: readonly RecordEntry[],
  encoded: readonly string[],
  wanted: readonly string[],
): Promise<number> {
  const most = Math.min(entries.length, wanted.length)
  for (let index = 0; index < most; index++) {
    const { record } = entries[index] as RecordEntry
    if (record === encoded[index]) continue
    const before = entries.slice(Math.max(0, index - neighbours), index)
    const [item] = await access.items.decodeReadable([record], async () => before.map((entry) => entry.record))
    if (item === undefined || canonicalJSON(plain(item)) !== wanted[index]) return index
  }
  return most
}

function changed(): SessionError {
  const message = 'The newest entry is no longer the expected one: somebody wrote meanwhile. Nothing was changed.'
  return new SessionError('SESSION_CONFLICT', message)
}

/** @throws TypeError that names the option */
export function checkExpectNewest(options: { expectNewest?: string | null }): string | null | undefined {
  assertOptions('replaceItems', options, { expectNewest: 'any' })
  const { expectNewest } = options
  if (expectNewest === undefined || expectNewest === null || typeof expectNewest === 'string') return expectNewest
  throw new TypeError('expectNewest must be the id of an entry, or null for an empty history.')
}
