import { describe } from '../call/describe.ts'

/** @throws RangeError, TypeError for no number */
export function checkPageSize(size: unknown): number {
  if (typeof size !== 'number') throw new TypeError(`pageSize must be a number, not ${describe(size)}.`)
  if (!Number.isSafeInteger(size) || size <= 0) {
    throw new RangeError(`pageSize must be a positive integer, not ${size}.`)
  }
  return size
}
