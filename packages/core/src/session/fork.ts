import { assertId, assertOptions } from '../call/validate.ts'
import { canonicalJSON, type JSONValue } from '../codec/json.ts'
import { SessionError } from '../errors/session-error.ts'
import { type ForkRequest, type ForkResult, forkMetadata } from '../store/fork-request.ts'
import { type CommitResult, checkMetadata, type HistoryChange } from '../store/history-change.ts'
import type { EntryQuery, RecordEntryPage } from '../store/record-entry.ts'
import type { SessionInfo } from '../store/session-filter.ts'

/** What a fork takes and what it gets. */
export interface ForkOptions {
  /** The id of the last entry to take; all without it. */
  upTo?: string
  /** Merged over the metadata of the source; `undefined` leaves a key out. */
  metadata?: Record<string, JSONValue | undefined>
}

/** @throws TypeError that names what is wrong */
export function checkFork(from: string, to: string, options: ForkOptions): ForkRequest {
  assertId(from, 'from')
  assertId(to, 'to')
  if (from === to) throw new TypeError('to must be another id than from.')
  assertOptions('forkSession', options, { upTo: 'string', metadata: 'object' })
  const { upTo, metadata = {} } = options
  return { from, to, metadata: checkMetadata(metadata), ...(upTo !== undefined && { upTo }) }
}

/** What {@link copyThrough} works with: hooks of a store. */
export interface ForkSource {
  info(sessionId: string): Promise<SessionInfo | undefined>
  entries(sessionId: string, query: EntryQuery): Promise<RecordEntryPage>
  commit(sessionId: string, change: HistoryChange): Promise<CommitResult>
}

/** How often a fork is tried while somebody keeps changing the metadata of its source. */
const maxAttempts = 100

/**
 * A fork of records through this process: one read of the source, one write of the copy. The metadata are of the same instant, since they
 * were the same before and after that read.
 */
export async function copyThrough(store: ForkSource, request: ForkRequest): Promise<ForkResult> {
  const { from, to, upTo } = request
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const before = await store.info(from)
    if (before === undefined) return 'absent'
    const { entries } = await store.entries(from, { limit: Number.MAX_SAFE_INTEGER })
    if (!isSame(before, await store.info(from))) continue
    const end = upTo === undefined ? entries.length : entries.findIndex(({ id }) => id === upTo) + 1
    if (upTo !== undefined && end === 0) return 'absent'
    const taken = entries.slice(0, end)
    const { status } = await store.commit(to, {
      create: true,
      append: taken.map(({ record }) => record),
      appendTimes: taken.map(({ createdAt }) => createdAt),
      metadata: forkMetadata(request, before.metadata ?? {}),
    })
    return status === 'applied' ? 'forked' : 'exists'
  }
  throw new SessionError('SESSION_BUSY', 'Others kept changing the metadata of the source. Nothing was changed.')
}

function isSame(before: SessionInfo, after: SessionInfo | undefined): boolean {
  if (after === undefined || after.createdAt.getTime() !== before.createdAt.getTime()) return false
  return canonicalJSON(before.metadata ?? {}) === canonicalJSON(after.metadata ?? {})
}
