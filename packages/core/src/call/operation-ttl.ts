import { checkTTL } from './validate.ts'

/** How long a store remembers what it has applied: an option of the same name and meaning in every adapter. */
export interface OperationOptions {
  /**
   * Seconds for which the id of an operation, such as one of `applyHistoryTransaction`, is remembered at least, so that a repetition
   * is seen; never longer than its session. `purgeExpired()` and `deleteSessions()` forget older ones. Default: 86,400, a day.
   */
  operationTtl?: number
}

/** Longer than anybody in their right mind tries again. */
const defaultSeconds = 86_400

/** The option, with its default, in whole milliseconds. @throws as `checkTTL` */
export function checkOperationTtl(operationTtl: unknown): number {
  return Math.max(1, Math.round((checkTTL(operationTtl, 'operationTtl') ?? defaultSeconds) * 1000))
}
