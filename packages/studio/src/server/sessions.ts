import { entriesOf, matchesOf, type OpenStore, searchFor } from '@sessions/cli/program'
import type { SessionFilter, SessionInfo } from '@sessions/core'
import type { LeaseInfo, SessionDetail, SessionRow, SessionsPage, TextMatch, Usage } from '../shared/api.ts'
import { Refusal } from './failure.ts'
import { placeText } from './query.ts'

/** How long one answer looks for a text, in milliseconds, and how many places in one session it tells. */
const searchMs = 400
const mostMatches = 3

/** One exact page of the listing. @param limit - at most so many */
export async function listPage(
  { store }: OpenStore,
  filter: SessionFilter,
  limit: number,
  signal: AbortSignal,
): Promise<SessionsPage> {
  const infos: SessionInfo[] = []
  for await (const info of store.listSessions({ ...filter, limit }, { signal })) infos.push(info)
  const last = infos.at(-1)
  return { sessions: infos.map((info) => rowOf(info)), ...(infos.length >= limit && last && { next: placeText(last) }) }
}

/** Of the sessions of the filter, those that hold the text; as far as a short while leads, and from where to go on. */
export async function searchPage(
  opened: OpenStore,
  filter: SessionFilter,
  text: string,
  limit: number,
  signal: AbortSignal,
): Promise<SessionsPage> {
  const search = searchFor(text, { regex: false, ignoreCase: true })
  const end = performance.now() + searchMs
  const sessions: SessionRow[] = []
  let searched = 0
  for await (const info of opened.store.listSessions(filter, { signal })) {
    searched++
    const matches = await matchesIn(opened, info, search, signal)
    if (matches.length > 0) sessions.push({ ...rowOf(info), matches })
    if (sessions.length >= limit || performance.now() > end) return { sessions, searched, next: placeText(info) }
  }
  return { sessions, searched }
}

async function matchesIn(
  opened: OpenStore,
  info: SessionInfo,
  search: RegExp,
  signal: AbortSignal,
): Promise<TextMatch[]> {
  const found: TextMatch[] = []
  const about = [info.sessionId, JSON.stringify(rowOf(info).metadata ?? {})]
  for (const text of about) found.push(...matchesOf({ item: { role: 'system', content: text } }, search))
  try {
    for await (const entry of entriesOf(opened, info.sessionId, { signal })) {
      if (found.length >= mostMatches) break
      if (entry.problem !== undefined) continue
      const { id } = entry
      found.push(...matchesOf(entry, search).map((match) => ({ ...match, ...(id !== undefined && { entry: id }) })))
    }
  } catch (error) {
    // Of what cannot be decrypted nothing is found. The others go on.
    if (!isUnreadable(error)) throw error
  }
  return found.slice(0, mostMatches)
}

/** Whether it is the records, or the key, that do not let themselves be read. */
export function isUnreadable(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === 'SESSION_DECRYPT_FAILED' || code === 'SESSION_KEY_UNKNOWN' || isMixed(code)
}

function isMixed(code: unknown): boolean {
  return code === 'SESSION_PLAINTEXT_REFUSED' || code === 'SESSION_RECORD_CORRUPT'
}

/** What there is to know of one session. @throws Refusal where there is no such session */
export async function detailOf(opened: OpenStore, sessionId: string, signal: AbortSignal): Promise<SessionDetail> {
  const { store } = opened
  const info = await store.getSessionInfo(sessionId)
  if (info === undefined) throw new Refusal(404, 'There is no such session.')
  const forks: string[] = []
  for await (const fork of store.listSessions({ metadata: { forkedFrom: sessionId }, limit: 20 }, { signal }))
    forks.push(fork.sessionId)
  const lease = await leaseOf(opened, sessionId)
  const usage = usageIn(info.metadata)
  return { session: rowOf(info), forks, ...(lease && { lease }), ...(usage && { usage }) }
}

/** `undefined` where nobody holds it, or the store keeps no leases. */
export async function leaseOf({ store }: OpenStore, sessionId: string): Promise<LeaseInfo | undefined> {
  try {
    const lease = await store.leaseOf(sessionId)
    return lease && { until: lease.until.toJSON() }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SESSION_UNSUPPORTED') return undefined
    throw error
  }
}

function rowOf({ sessionId, createdAt, updatedAt, itemCount, expiresAt, metadata }: SessionInfo): SessionRow {
  const { usage: _, ...others } = metadata ?? {}
  const usage = usageIn(metadata)
  return {
    sessionId,
    createdAt: createdAt.toJSON(),
    updatedAt: updatedAt.toJSON(),
    itemCount,
    ...(expiresAt && { expiresAt: expiresAt.toJSON() }),
    ...(Object.keys(others).length > 0 && { metadata: others }),
    ...(usage && { tokens: usage.inputTokens + usage.outputTokens }),
  }
}

/** What `addUsage` keeps, without the runs of which only the id is of use. */
export function usageIn(metadata: SessionInfo['metadata']): Usage | undefined {
  const usage = metadata?.usage as unknown as (Usage & { version?: unknown; runs?: unknown }) | null | undefined
  if (typeof usage !== 'object' || usage === null || usage.version !== 1) return undefined
  const { version: _, runs: __, ...rest } = usage
  return rest
}
