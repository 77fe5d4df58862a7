import type { SessionErrorCode } from '../errors/codes.ts'

/** Something that is not as it should be. It holds nothing of what a record holds. */
export interface Finding {
  sessionId: string
  /**
   * `corrupt`: a record is no item. `undecryptable`: what is encrypted does not open, or is not encrypted. `disordered`: an item is older
   * than the one before it. `orphaned`: a tool's result whose call is nowhere before it, which a model's API refuses.
   */
  problem: 'corrupt' | 'undecryptable' | 'disordered' | 'orphaned'
  /** Which record, counted from the oldest, 1; absent where the whole session cannot be read. */
  position?: number
  /** What a session that reads it rejects with. */
  code?: SessionErrorCode
  /** The same in words. */
  message: string
}
