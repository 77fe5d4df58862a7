/** How long one call may wait, and for what. */
export interface Limits {
  /** When others have been in its way for too long, as `performance.now()` tells time. */
  readonly until: number
  /** Milliseconds for which the server may be silent while it owes an answer; 0 for any time. */
  readonly silenceMs: number
}

/** The limits of a call that begins now. */
export function limitsFrom(busyTimeoutMs: number, silenceMs: number): Limits {
  return { until: performance.now() + busyTimeoutMs, silenceMs }
}

/** Whole milliseconds that are left of the wait for others; never less than 1, where 0 would mean no limit at all. */
function leftMs({ until }: Limits): number {
  return Math.max(1, Math.ceil(until - performance.now()))
}

/**
 * Milliseconds for which one statement may wait for a lock: a server is silent meanwhile, and must not be taken for one that
 * is gone. A call that may wait for longer asks again.
 */
export function lockTimeoutMs(limits: Limits): number {
  const { silenceMs } = limits
  return silenceMs === 0 ? leftMs(limits) : Math.max(1, Math.min(leftMs(limits), Math.floor(silenceMs / 2)))
}
