import { checkMilliseconds } from './validate.ts'

/** How long a backend may be silent: an option of the same name and meaning in every adapter that has connections. */
export interface TimeoutOptions {
  /**
   * Milliseconds without a byte from the server, while it owes an answer, after which the call is `SESSION_UNAVAILABLE`
   * (`ambiguous` where a write was sent) and its connection is thrown away. What keeps arriving may take any time; 0 waits for
   * ever. Default: 30,000.
   */
  timeoutMs?: number
}

const defaultTimeoutMs = 30_000

/** With its default; 0 for any time. @throws RangeError */
export function checkTimeout({ timeoutMs = defaultTimeoutMs }: TimeoutOptions): number {
  checkMilliseconds('timeoutMs', timeoutMs)
  return timeoutMs
}
