import type { LeaseState, LeaseWrite } from '../../store/lease-row.ts'

/** A process that waits: its token, and until when it counts as waiting, by the backend's clock. */
type Waiter = readonly [token: string, until: number]

/** How long a process counts as waiting after it last said so, in milliseconds. */
const waiterMs = 6_000

/** Those who wait, in their order. */
export function waitersOf({ waiting, now }: LeaseState): Waiter[] {
  const waiters = waiting === '' ? [] : (JSON.parse(waiting) as Waiter[])
  return waiters.filter(([, until]) => until > now)
}

/** Whether nobody holds. */
function isFree({ token, until, now }: LeaseState): boolean {
  return token === null || until <= now
}

/** Whether this one may take the lease: nobody holds it, and nobody waits before. */
export function isNext(state: LeaseState, token: string): boolean {
  const [first] = waitersOf(state)
  return isFree(state) && (first === undefined || first[0] === token)
}

/** The row with this one as its holder. */
export function granted(state: LeaseState, token: string, leaseMs: number): LeaseWrite {
  return { version: newToken(), token, leaseMs, waiting: written(without(state, token)) }
}

/** The row with this one in the line; `undefined` where it stands there and need not say so again. */
export function enqueued(state: LeaseState, token: string): LeaseWrite | undefined {
  const waiters = waitersOf(state)
  const place = waiters.findIndex(([waiter]) => waiter === token)
  if (place >= 0 && (waiters[place]?.[1] ?? 0) > state.now + waiterMs / 2) return undefined
  const entry: Waiter = [token, state.now + waiterMs]
  return kept(state, place < 0 ? [...waiters, entry] : waiters.with(place, entry))
}

/** The row without this one in the line; `null` where nothing is left to keep; `undefined` where it does not stand there. */
export function dequeued(state: LeaseState, token: string): LeaseWrite | null | undefined {
  const waiters = without(state, token)
  if (waiters.length === waitersOf(state).length) return undefined
  return isFree(state) && waiters.length === 0 ? null : kept(state, waiters)
}

/** The row when its holder lets go. */
export function released(state: LeaseState): LeaseWrite | null {
  const waiters = waitersOf(state)
  return waiters.length === 0 ? null : { version: newToken(), token: null, until: 0, waiting: written(waiters) }
}

/** The row with its holder's time begun anew. */
export function renewed(state: LeaseState, leaseMs: number): LeaseWrite {
  return { version: newToken(), token: state.token, leaseMs, waiting: written(waitersOf(state)) }
}

/** No two are equal, in whichever process they are made. */
export function newToken(): string {
  return crypto.randomUUID()
}

function without(state: LeaseState, token: string): Waiter[] {
  return waitersOf(state).filter(([waiter]) => waiter !== token)
}

function kept({ token, until }: LeaseState, waiters: readonly Waiter[]): LeaseWrite {
  return { version: newToken(), token, until, waiting: written(waiters) }
}

function written(waiters: readonly Waiter[]): string {
  return waiters.length === 0 ? '' : JSON.stringify(waiters)
}
