import type { Signal } from '@sessions/core'
import { assertOptions, type OptionTypes, type RecordStore, SessionError, type SessionFilter } from '@sessions/core'

/** One session is done, or failed. */
export interface SweepProgress {
  sessionId: string
  /** How many of its items were changed. */
  items: number
  /** How many sessions are done so far, this one included. */
  sessions: number
  /** Why some or all of this session was left as it is; what could be done was, and the others go on. */
  error?: SessionError
}

/** Which sessions, and who wants to know how far it is. */
export interface SweepOptions {
  /** Only this session; the store need not be able to list then. */
  sessionId?: string
  /** Only sessions that match. Default: all. */
  filter?: SessionFilter
  /** Called after each session. */
  onProgress?: (progress: SweepProgress) => void
  /** Ends it after the write under way: what is done stays done. The call rejects with the signal's reason. */
  signal?: Signal
}

/** Which sessions, and whether only to look. */
export interface RemoveUnreadableOptions extends SweepOptions {
  /** Whether everything stays, and the call only says what would go. Default: false. */
  dryRun?: boolean
}

/** What was changed. */
export interface SweepResult {
  /** Sessions of which at least one item was changed. */
  sessions: number
  items: number
}

const sweepTypes: OptionTypes = {
  sessionId: 'string',
  filter: 'object',
  onProgress: 'object',
  signal: 'object',
}

/** @throws TypeError that names the option */
export function checkSweep(owner: string, options: SweepOptions): SweepOptions {
  assertOptions(owner, options, sweepTypes)
  const { sessionId, filter, signal } = options
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`${owner}: signal must be an AbortSignal.`)
  if (sessionId !== undefined && filter !== undefined)
    throw new TypeError(`${owner} takes sessionId or filter, not both.`)
  return { ...options }
}

/**
 * Works on one session after the other. One that fails holds up no other.
 * @throws the first failure at the end, which says how many there were
 */
export async function sweep(
  store: RecordStore,
  { sessionId, filter = {}, onProgress, signal }: SweepOptions,
  work: (sessionId: string) => Promise<{ items: number; error?: SessionError }>,
): Promise<SweepResult> {
  const result: SweepResult = { sessions: 0, items: 0 }
  const failures: SessionError[] = []
  let sessions = 0
  for await (const id of sessionId === undefined ? everySession(store, filter) : [sessionId]) {
    signal?.throwIfAborted()
    sessions++
    const progress: SweepProgress = { sessionId: id, items: 0, sessions }
    try {
      const { items, error } = await work(id)
      progress.items = items
      if (error !== undefined) progress.error = error
    } catch (error) {
      if (!(error instanceof SessionError) || sessionId !== undefined) throw error
      progress.error = error
    }
    if (progress.error !== undefined) failures.push(progress.error)
    result.items += progress.items
    if (progress.items > 0) result.sessions++
    onProgress?.(progress)
  }
  const [first] = failures
  if (first === undefined) return result
  if (sessionId !== undefined) throw first
  const reason = `${failures.length} of ${sessions} sessions are not all done, the others are. The first: ${first.message}`
  throw new SessionError(first.code, reason, { retryable: first.retryable, cause: first })
}

/**
 * A list leaves out a session that is changed while it is read, so it is read again until it names none that is new. All ids are
 * there before the first session is changed.
 */
async function* everySession(store: RecordStore, filter: SessionFilter): AsyncIterable<string> {
  const seen = new Set<string>()
  for (;;) {
    const found: string[] = []
    for await (const { sessionId } of store.listSessions(filter, { latest: true }))
      if (!seen.has(sessionId)) found.push(sessionId)
    if (found.length === 0) return
    for (const sessionId of found) {
      seen.add(sessionId)
      yield sessionId
    }
  }
}
