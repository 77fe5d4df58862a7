import type { Signal } from '../../call/signal.ts'
import { SessionError } from '../../errors/session-error.ts'
import type { LeaseResult, LeaseState, LeaseWrite } from '../../store/lease-row.ts'
import type { RecordAccess } from '../../store/record-access.ts'
import { dequeued, enqueued, granted, isNext, newToken, released, renewed } from './waiting-line.ts'

/** How long it takes at most, by the clock of this process, until somebody who waits asks again, in milliseconds. */
const pollMs = 50

/**
 * One holder's lease of one session: taken, kept and given back by atomic steps on one row. Times in the row are the backend's; this
 * process measures durations only.
 */
export class Lease {
  readonly token: string
  readonly #records: RecordAccess
  readonly #sessionId: string
  readonly #leaseMs: number
  readonly #within: <T>(work: () => T) => T
  readonly #lost: AbortController = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  #renewal: Promise<void> = Promise.resolve()
  /** By the monotonic clock of this process. */
  #heldSince = 0
  #isOver = false

  /** @param within - how its own calls are made, so that it can be given back while the store is being closed */
  constructor(
    records: RecordAccess,
    { sessionId, token, leaseMs }: { sessionId: string; token: string; leaseMs: number },
    within: <T>(work: () => T) => T,
  ) {
    this.token = token
    this.#within = within
    this.#records = records
    this.#sessionId = sessionId
    this.#leaseMs = leaseMs
  }

  /** Aborted where the lease was lost. */
  get signal(): Signal {
    return this.#lost.signal
  }

  /** Takes it if nobody holds it and nobody waits before, in one step; gives what is in the way. */
  async tryAcquire(): Promise<LeaseState | undefined> {
    const begun = performance.now()
    const row: LeaseWrite = { version: newToken(), token: this.token, leaseMs: this.#leaseMs, waiting: '' }
    let state = await this.#swap(null, row)
    while (!state.swapped) {
      if (!isNext(state, this.token)) return state
      state = await this.#swap(state.version, granted(state, this.token, this.#leaseMs))
    }
    this.#hold(begun)
    return undefined
  }

  /** Takes it from whoever has it, and before all who wait. @throws SESSION_BUSY where a write of theirs is still under way after `waitMs` */
  async takeOver(waitMs: number): Promise<void> {
    const end = performance.now() + waitMs
    const begun = await untilNotBusy(end, async () => {
      const now = performance.now()
      let state = await this.#look()
      do state = await this.#swap(state.version, granted(state, this.token, this.#leaseMs))
      while (!state.swapped)
      return now
    })
    this.#hold(begun)
  }

  /**
   * Waits in a line with those of other processes. Whoever stands in it says so again and again; one that falls silent loses its place.
   * @param begun - since when it waits, by `performance.now()`
   * @throws SESSION_IN_USE where `waitMs` are over; the signal's reason where it aborts
   */
  async acquire(waitMs: number, begun: number, signal: Signal | undefined): Promise<void> {
    const end = begun + waitMs
    try {
      for (;;) {
        signal?.throwIfAborted()
        const isHeld = await untilNotBusy(end, () => this.#tryOrEnqueue(), signal)
        if (!isHeld) return
        const left = end - performance.now()
        if (left <= 0) throw inUse(waitMs)
        await pause(Math.min(left, pollMs * (0.5 + Math.random() / 2)), signal)
      }
    } catch (error) {
      await this.#leaveLine(error)
      throw error
    }
  }

  /** Gives it back, if it is still held. */
  async release(): Promise<void> {
    if (this.#isOver) return
    this.#stop()
    await this.#renewal
    let state = await this.#look()
    while (state.token === this.token) {
      const result = await this.#swap(state.version, released(state))
      if (result.swapped) return
      state = result
    }
  }

  /** The lease is not held any more. */
  readonly lose = (): void => {
    if (this.#isOver) return
    this.#stop()
    this.#lost.abort(new SessionError('SESSION_LEASE_LOST', 'Another holder took the session, or the lease ran out.'))
  }

  #hold(begun: number): void {
    this.#heldSince = begun
    this.#schedule()
  }

  #stop(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#renewal = this.#renew()
    }, this.#leaseMs / 3)
    ;(this.#timer as { unref?: () => void }).unref?.()
  }

  /** A backend that cannot be reached is asked again until the lease must have run out. */
  async #renew(): Promise<void> {
    try {
      const begun = performance.now()
      let state = await this.#look()
      while (state.token === this.token && state.until > state.now) {
        const result = await this.#swap(state.version, renewed(state, this.#leaseMs))
        if (result.swapped) {
          this.#heldSince = begun
          if (!this.#isOver) this.#schedule()
          return
        }
        state = result
      }
      this.lose()
    } catch (error) {
      const canRetry = error instanceof SessionError && error.retryable
      if (!canRetry || performance.now() - this.#heldSince >= this.#leaseMs) this.lose()
      else if (!this.#isOver) this.#schedule()
    }
  }

  async #tryOrEnqueue(): Promise<boolean> {
    const state = await this.tryAcquire()
    if (state !== undefined) await this.#enqueue(state)
    return state !== undefined
  }

  async #enqueue(found: LeaseState): Promise<void> {
    let state: LeaseState | undefined = found
    while (state !== undefined && state.version !== null) {
      const row = enqueued(state, this.token)
      const result: LeaseResult | undefined = row && (await this.#swap(state.version, row))
      state = result?.swapped === false ? result : undefined
    }
  }

  /** Where not even that works, the others wait until this place in the line is over. */
  async #leaveLine(reason: unknown): Promise<void> {
    if (reason instanceof SessionError && reason.code !== 'SESSION_IN_USE') return
    let state: LeaseState | undefined = await this.#look()
    while (state !== undefined && state.version !== null) {
      const row = dequeued(state, this.token)
      const result: LeaseResult | undefined = row === undefined ? undefined : await this.#swap(state.version, row)
      state = result?.swapped === false ? result : undefined
    }
  }

  #look(): Promise<LeaseResult> {
    return this.#within(() => this.#records.lease(this.#sessionId))
  }

  #swap(expect: string | null, row: LeaseWrite | null): Promise<LeaseResult> {
    return this.#within(() => this.#records.lease(this.#sessionId, { expect, row }))
  }
}

export function inUse(waitMs: number): SessionError {
  const waited = waitMs > 0 ? `, also after ${waitMs} ms` : ''
  return new SessionError('SESSION_IN_USE', `Somebody else holds the session${waited}.`)
}

/** A write of the holder's keeps the lease from others while it is under way, which is no reason to give up before one's own time is over. */
async function untilNotBusy<T>(end: number, step: () => Promise<T>, signal?: Signal): Promise<T> {
  for (;;) {
    try {
      return await step()
    } catch (error) {
      const isBusy = error instanceof SessionError && error.code === 'SESSION_BUSY'
      if (!isBusy || performance.now() >= end) throw error
      await pause(pollMs, signal)
    }
  }
}

async function pause(ms: number, signal: Signal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
  signal?.throwIfAborted()
}
