import { describe } from './describe.ts'

/** How long a store remembers what it has applied: an option of the same name and meaning in every adapter. */
export interface OperationOptions {
  /**
   * Seconds for which the id of an operation, such as one of `applyHistoryTransaction`, is remembered at least, so that a repetition
   * is seen; never longer than its session. `purgeExpired()` and `deleteSessions()` forget older ones. Default: 86,400, a day.
   */
  operationTtl?: number
}

const defaultSeconds = 86_400
/** A thousand years: what every backend can hold as a time. */
const maxSeconds = 1_000 * 366 * 86_400

/** In whole milliseconds, with its default. @throws RangeError for what is not positive or beyond a thousand years, TypeError for no number */
export function checkOperationTtl({ operationTtl = defaultSeconds }: OperationOptions): number {
  if (typeof operationTtl !== 'number') {
    throw new TypeError(`operationTtl must be a number of seconds, not ${describe(operationTtl)}.`)
  }
  if (!(operationTtl > 0 && operationTtl <= maxSeconds)) {
    throw new RangeError(`operationTtl must be a positive number of seconds up to ${maxSeconds}, not ${operationTtl}.`)
  }
  return Math.max(1, Math.round(operationTtl * 1000))
}
