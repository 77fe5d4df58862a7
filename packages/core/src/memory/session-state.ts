import { canonicalJSON, type JSONValue } from '../codec/json.ts'
import { type CommitResult, type HistoryChange, writes } from '../store/history-change.ts'
import { type RestoredOver, type RestoredSession, restoredTTL } from '../store/restored-session.ts'
import { Operations } from './operations.ts'
import { RecordLog } from './record-log.ts'

/** What is kept of one session. */
export class SessionState {
  readonly log: RecordLog
  readonly metadata: Map<string, JSONValue> = new Map()
  readonly operations: Operations
  createdAt: number
  updatedAt: number
  /** Milliseconds that it lives after its last write; `undefined` for ever. */
  ttlMs: number | undefined

  constructor(now: number, operationMs: number, log: RecordLog = new RecordLog()) {
    this.operations = new Operations(operationMs)
    this.createdAt = now
    this.updatedAt = now - 1
    this.log = log
  }

  /** Does what is left of a change that nothing refuses. Whether anything is left of the session after it. */
  apply(change: HistoryChange, now: number): { dropped: string[]; isGone: boolean } {
    const {
      operation,
      drop = 0,
      clear = false,
      append = [],
      appendTimes,
      metadata = {},
      returnDropped = false,
    } = change
    const keep = clear || drop === 'all' ? 0 : Math.max(this.log.length - drop, 0)
    const removed = this.log.truncate(keep)
    if (clear) this.operations.clear()
    const dropped = returnDropped ? removed : []
    const isGone = clear && this.metadata.size === 0 && !writes(change)
    if (isGone || (removed.length === 0 && !writes(change))) return { dropped, isGone }
    this.log.append(append, appendTimes, now)
    if (operation !== undefined) this.operations.remember(operation, now)
    for (const [key, value] of Object.entries(metadata)) {
      if (value === undefined) this.metadata.delete(key)
      else this.metadata.set(key, value)
    }
    this.updatedAt = Math.max(now, this.updatedAt + 1)
    return { dropped, isGone: false }
  }

  /** Becomes what it is given, after the records that it has. */
  restore(session: RestoredSession): void {
    const updatedAt = session.updatedAt.getTime()
    this.log.append(session.records, session.times, updatedAt)
    this.operations.restore(session.operations)
    this.metadata.clear()
    for (const [key, value] of Object.entries(session.metadata ?? {})) this.metadata.set(key, value)
    this.createdAt = session.createdAt.getTime()
    this.updatedAt = updatedAt
    this.ttlMs = restoredTTL(session)
  }

  /** Whether it is what `over` of a restored session says. */
  isStill({ updatedAt, newest }: RestoredOver): boolean {
    return this.updatedAt === updatedAt.getTime() && (newest === undefined || this.log.newestId() === newest)
  }
}

/** Why a change is not done to what is there; `undefined` where it is. */
export function refusalOf(
  state: SessionState | undefined,
  change: HistoryChange,
  holdsLease: (token: string) => boolean,
): Exclude<CommitResult['status'], 'applied'> | undefined {
  const { operation, lease, create, expectTail, expectNewest, expectMetadata } = change
  const applied = operation && state?.operations.fingerprintOf(operation.id)
  if (applied !== undefined) return applied === operation?.fingerprint ? 'duplicate' : 'reused'
  if (lease !== undefined && !holdsLease(lease)) return 'lost'
  if (create === true && state !== undefined) return 'exists'
  const log = state?.log ?? new RecordLog()
  if (expectTail !== undefined && !log.endsWith(expectTail)) return 'conflict'
  if (expectNewest !== undefined && log.newestId() !== expectNewest) return 'conflict'
  if (expectMetadata === undefined) return undefined
  const metadata = Object.fromEntries(state?.metadata ?? [])
  return canonicalJSON(metadata) === canonicalJSON(expectMetadata) ? undefined : 'conflict'
}
