import type { Records } from '../codec/records.ts'
import type { RecordAccess } from '../store/record-access.ts'

/** What the abilities of a session work with: its records, and how they become items. */
export interface HistoryAccess<TItem extends object> {
  readonly sessionId: string
  readonly records: RecordAccess
  readonly items: Records<TItem>
  /** Whether reads leave out what cannot be decoded. */
  readonly skipCorrupt: boolean
}
