import { withFence } from '../../call/fence.ts'
import type { Signal } from '../../call/signal.ts'
import { assertOptions, checkInteger } from '../../call/validate.ts'
import { SessionError } from '../../errors/session-error.ts'
import type { RecordAccess } from '../../store/record-access.ts'
import { type Fenced, fencedSession } from './fenced-session.ts'
import { inUse, Lease } from './lease.ts'
import { Line } from './line.ts'
import { newToken } from './waiting-line.ts'

/** How a session is taken for one run. */
export interface ExclusiveOptions {
  /**
   * What to do while somebody else holds the session: `wait` for it, `reject` with SESSION_IN_USE at once, or `takeOver`, which ends the
   * other's hold. Default: `wait`.
   */
  whenBusy?: 'wait' | 'reject' | 'takeOver'
  /** How long to wait, in milliseconds, until SESSION_IN_USE. Default: 30,000. */
  waitMs?: number
  /** After how many milliseconds without a sign of life the session is free again. It is renewed meanwhile. Default: 30,000. */
  leaseMs?: number
  /** Ends waiting, and aborts the signal of what holds the session then. */
  signal?: Signal
}

/** What holds a session: a handle of its own whose writes are refused once the hold is lost. */
export interface Held<TSession> extends AsyncDisposable {
  readonly session: TSession
  /** Aborted with SESSION_LEASE_LOST when the hold was lost, or with the reason of the option `signal`. */
  readonly signal: Signal
  /** Lets the next one in. Does nothing where the hold was lost or given back already. */
  release(): Promise<void>
}

/** What the function of `exclusive` is given. */
export type ExclusiveWork<TSession, T> = (held: Pick<Held<TSession>, 'session' | 'signal'>) => T | Promise<T>

/** The longest timer of a JavaScript platform, in milliseconds. */
const maxTimer = 2 ** 31 - 1
/** The shortest lease: a holder must be able to renew it in time. */
const minLease = 100

/** @throws TypeError or RangeError that names the option */
function checkExclusive(options: ExclusiveOptions): Required<Omit<ExclusiveOptions, 'signal'>> & ExclusiveOptions {
  const types = { whenBusy: 'string', waitMs: 'number', leaseMs: 'number', signal: 'object' } as const
  assertOptions('exclusive', options, types)
  const { whenBusy = 'wait', waitMs = 30_000, leaseMs = 30_000, signal } = options
  if (whenBusy !== 'wait' && whenBusy !== 'reject' && whenBusy !== 'takeOver') {
    throw new TypeError("whenBusy must be 'wait', 'reject' or 'takeOver'.")
  }
  checkInteger('waitMs', waitMs, 0, maxTimer)
  checkInteger('leaseMs', leaseMs, minLease, maxTimer)
  if (signal !== undefined && typeof signal.throwIfAborted !== 'function') {
    throw new TypeError('signal must be an AbortSignal.')
  }
  return { whenBusy, waitMs, leaseMs, ...(signal !== undefined && { signal }) }
}

/** Where a session lets a wrapper be held in its place; the same symbol in every copy of this package. */
export const acquireFor: unique symbol = Symbol.for('@sessions/core.acquireFor')

/** A session that lets a wrapper be held in its place. */
export interface HoldableFor {
  [acquireFor]<THandle extends object>(handle: THandle, options: ExclusiveOptions): Promise<Held<THandle>>
}

/**
 * Holds the session by a lease, in the line of this process and in that of the others, and hands out a handle of the same class whose
 * writes the backend refuses once the lease is not held.
 * @param records - what the session writes through, under which id
 * @param keepSession - keeps the session itself open for calls that are made under the lease
 */
export async function holdSession<TSession extends object>(
  session: TSession,
  { records, sessionId }: { records: RecordAccess; sessionId: string },
  options: ExclusiveOptions,
  keepSession: () => { of: object; end: () => void },
): Promise<Held<TSession>> {
  const { whenBusy, waitMs, leaseMs, signal } = checkExclusive(options)
  signal?.throwIfAborted()
  const { holds, end } = keepOpen(records, keepSession)
  const token = newToken()
  const fence = { store: records.store, sessionId, token, holds, lost: () => lease.lose() }
  const fenced: Fenced = (work) => withFence(fence, work)
  const lease = new Lease(records, { sessionId, token, leaseMs }, fenced)
  const leave = await enter(records, sessionId, lease, { whenBusy, waitMs, signal }).catch((error: unknown) => {
    end()
    throw error
  })
  lease.signal.addEventListener('abort', () => {
    leave()
    end()
  })
  const signals = signal === undefined ? [lease.signal] : [lease.signal, signal]
  const held = AbortSignal.any(signals)
  let releasing: Promise<void> | undefined
  const release = (): Promise<void> => {
    releasing ??= lease.release().finally(() => {
      leave()
      end()
    })
    return releasing
  }
  const handed = fencedSession(session, fenced, held)
  return { session: handed, signal: held, release, [Symbol.asyncDispose]: release }
}

/** The session and its store stay open until the holder lets go. */
function keepOpen(
  records: RecordAccess,
  keepSession: () => { of: object; end: () => void },
): { holds: ReadonlySet<object>; end: () => void } {
  const session = keepSession()
  try {
    const store = records.hold()
    const end = (): void => {
      session.end()
      store.release()
    }
    return { holds: new Set([session.of, ...store.of]), end }
  } catch (error) {
    session.end()
    throw error
  }
}

/** Takes the lease. What it returns lets the next one of this process try. */
async function enter(
  records: RecordAccess,
  sessionId: string,
  lease: Lease,
  { whenBusy, waitMs, signal }: { whenBusy: string; waitMs: number; signal: Signal | undefined },
): Promise<() => void> {
  if (whenBusy === 'takeOver') {
    await lease.takeOver(waitMs)
    return Line.of(records.store, sessionId).passBy(lease.lose)
  }
  const line = Line.of(records.store, sessionId)
  if (whenBusy === 'reject') {
    if (line.isBusy || (await lease.tryAcquire()) !== undefined) throw inUse(0)
    return line.passBy(lease.lose)
  }
  const begun = performance.now()
  const leave = await line.enter(waitMs, signal)
  try {
    await lease.acquire(waitMs, begun, signal)
    line.holds(lease.lose)
    return leave
  } catch (error) {
    leave()
    throw error
  }
}

/** Holds a session while `work` runs. A hold that cannot be given back ends by itself. @throws TypeError for what is no function */
export async function whileHeld<TSession, T>(
  acquire: () => Promise<Held<TSession>>,
  work: ExclusiveWork<TSession, T>,
): Promise<T> {
  if (typeof work !== 'function') throw new TypeError('exclusive takes a function.')
  const held = await acquire()
  try {
    return await work({ session: held.session, signal: held.signal })
  } finally {
    await held.release().catch(unlessItEndsByItself)
  }
}

function unlessItEndsByItself(error: unknown): void {
  if (!(error instanceof SessionError)) throw error
}
