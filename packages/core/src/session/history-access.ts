import type { Records } from '../codec/records.ts'
import type { CommitResult } from '../store/history-change.ts'
import type { RecordAccess } from '../store/record-access.ts'

/** What the abilities of a session work with: its records, and how they become items. */
export interface HistoryAccess<TItem extends object> {
  readonly sessionId: string
  readonly records: RecordAccess
  readonly items: Records<TItem>
  /** Whether reads leave out what cannot be decoded. */
  readonly skipCorrupt: boolean
  /** Tries until the write meets the history that it was decided on. */
  modify(attempt: () => Promise<CommitResult>): Promise<CommitResult>
}

/** The same of a session that can be held and closed. */
export interface SessionAccess<TItem extends object> extends HistoryAccess<TItem> {
  run<T>(operation: string, work: () => T | Promise<T>): Promise<T>
  /** Stays open until `end` for the calls that are made under a fence which has `of` among its holds. */
  hold(): { of: object; end: () => void }
  /** Calls `onClose` as soon as the session is being closed. What it returns ends it. */
  onClose(onClose: () => void): () => void
}
