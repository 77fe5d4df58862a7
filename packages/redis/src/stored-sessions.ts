import type { LongCall, SessionFilter, SessionInfo } from '@sessions/core'
import { fillIndex, pruneIndex } from './index-repair.ts'
import { listByIndex } from './indexed-listing.ts'
import { type Listing, listSessions } from './listing.ts'
import { forgetIds } from './prune.ts'
import type { SessionIndex } from './session-index.ts'

/** All sessions of a store, and their index where there is one. */
export interface StoredSessions extends Listing {
  readonly index: SessionIndex | undefined
}

/** By the index where there is one. The first listing fills it, as it has to look for everything anyway. */
export async function* listStored(stored: StoredSessions, filter: SessionFilter): AsyncIterable<SessionInfo> {
  const { index } = stored
  if (index === undefined) {
    yield* listSessions(stored, filter)
    return
  }
  if (!(await index.prepare())) await fillIndex({ ...stored, index })
  yield* listByIndex({ ...stored, index }, filter)
}

/** Forgets ids of operations that are over, and puts the index right. */
export async function forgetOver(stored: StoredSessions, call: LongCall): Promise<void> {
  const { index } = stored
  await forgetIds(stored, call)
  if (index === undefined) return
  await index.prepare()
  await fillIndex({ ...stored, index }, call)
  await pruneIndex({ ...stored, index }, call)
}
