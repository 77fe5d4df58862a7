import { type CancelOptions, cancelTypes, type LongCallOptions } from '../call/long-call.ts'
import type { OptionTypes } from '../call/validate.ts'
import type { ListedSession } from './session-filter.ts'
import type { ListingOptions } from './store-hooks.ts'

/** How `listSessions` works; `latest` is for wrappers. */
export interface ListOptions extends CancelOptions, ListingOptions {
  /**
   * Whether each session comes with its `itemCount`. SQLite and SQL databases count anew each time, which takes the longer the longer a
   * history is: some 50 to 100 ms for a million items. Default: true.
   */
  count?: boolean
}

/** How `deleteSessions` goes about it. */
export interface DeleteSessionsOptions extends LongCallOptions {
  /** Whether to count only. Default: false. */
  dryRun?: boolean
}

/** For `assertOptions`. */
export const listTypes: OptionTypes = { ...cancelTypes, latest: 'boolean', count: 'boolean' }

/** Without what an adapter has counted unasked. */
export async function* uncounted(infos: AsyncIterable<ListedSession>): AsyncIterable<ListedSession> {
  for await (const { itemCount: _, ...info } of infos) yield info
}

/** Of a limit of 0. */
export async function* nothing(): AsyncIterable<never> {}
