import type { Records } from '../codec/records.ts'
import type { RecordAccess } from '../store/record-access.ts'

/** What the abilities of a session work with: its records, and how they become items. */
export interface HistoryAccess<TItem extends object> {
  readonly sessionId: string
  readonly records: RecordAccess
  readonly items: Records<TItem>
  /** Whether reads leave out what cannot be decoded. */
  readonly skipCorrupt: boolean
  /** How many items `getItems()` gives; all without one. */
  readonly limit: number | undefined
}

/** Where a session lets functions of this library work on its history; the same symbol in every copy of this package. */
export const onHistory: unique symbol = Symbol.for('@sessions/core.onHistory')

/** A session on whose history functions work as its own methods do: while it is open, under its lease, with errors that name it. */
export interface OpenToFunctions<TItem extends object> {
  /** Calls `work`, which may take long and holds up no other call. What a `CallerFailure` holds reaches the caller as it is. */
  [onHistory]<T>(operation: string, work: (access: HistoryAccess<TItem>) => Promise<T>): Promise<T>
}

/** Whether it is one; sessions of others are not. */
export function isOpenToFunctions<TItem extends object>(session: object): session is OpenToFunctions<TItem> {
  return typeof (session as Partial<OpenToFunctions<TItem>>)[onHistory] === 'function'
}
