import type { LeaseResult, LeaseSwap } from '../store/lease-row.ts'

interface Row {
  version: string
  token: string | null
  until: number
  waiting: string
}

/** The leases of the sessions of a store, by session id. */
export class Leases {
  readonly #rows = new Map<string, Row>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  step(sessionId: string, swap: LeaseSwap | undefined): LeaseResult {
    const now = this.#now()
    const swapped = swap !== undefined && swap.expect === (this.#rows.get(sessionId)?.version ?? null)
    if (swapped && swap.row === null) this.#rows.delete(sessionId)
    if (swapped && swap.row !== null) {
      const { version, token, until = 0, leaseMs, waiting } = swap.row
      this.#rows.set(sessionId, { version, token, until: leaseMs === undefined ? until : now + leaseMs, waiting })
    }
    const { version = null, token = null, until = 0, waiting = '' } = this.#rows.get(sessionId) ?? {}
    return { swapped, version, token, until, waiting, now }
  }

  isHeld(sessionId: string, token: string): boolean {
    const row = this.#rows.get(sessionId)
    return row?.token === token && row.until > this.#now()
  }

  /** Forgets those whose time has been over for a minute: nobody waits any more. */
  purge(): void {
    for (const [sessionId, { until }] of this.#rows) if (until + 60_000 < this.#now()) this.#rows.delete(sessionId)
  }
}
