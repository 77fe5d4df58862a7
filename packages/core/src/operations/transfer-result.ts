import type { Progress } from '../call/long-call.ts'

/** How many sessions came to what, and how much was written for them. */
export interface TransferResult {
  /** Were not there. */
  created: number
  /** Were there as a beginning, and got the rest. */
  completed: number
  /** Were there as another session, which is gone. */
  replaced: number
  /** Were there already, with the same records and metadata. */
  equal: number
  /** Were there as another session, and were left so. */
  skipped: number
  /** Records that were written. */
  records: number
  /** Those records, in UTF-16 units: bytes, for what is plain JSON. */
  size: number
}

/** `done` counts sessions that were looked at. */
export interface TransferProgress extends Progress, TransferResult {}

export function nothingTransferred(): TransferResult {
  return { created: 0, completed: 0, replaced: 0, equal: 0, skipped: 0, records: 0, size: 0 }
}
