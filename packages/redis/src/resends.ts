import type { CommitResult, EntryQuery, HistoryChange, RecordEntryPage, SessionInfo } from '@sessions/core'
import { SessionError } from '@sessions/core'

/** How often a session is looked at anew that others write all the while. */
const maxLooks = 50

/**
 * Clears what is there now, and nothing that comes later: the client may send the same again at any time.
 * @param entriesOf - the entries of the session @throws SESSION_BUSY where others write all the while
 */
export async function clearOnce(
  change: HistoryChange,
  entriesOf: (query: EntryQuery) => Promise<RecordEntryPage>,
  commit: (change: HistoryChange) => Promise<CommitResult>,
): Promise<CommitResult> {
  if (change.expectNewest !== undefined) return commit(change)
  const newestOf = async (): Promise<string | null> => (await entriesOf({ limit: 1 })).entries[0]?.id ?? null
  let newest = await newestOf()
  for (let look = 0; look < maxLooks; look++) {
    const result = await commit({ ...change, expectNewest: newest })
    if (result.status !== 'conflict') return result
    const now = await newestOf()
    // It was another condition that did not hold.
    if (now === newest) return result
    newest = now
  }
  throw changing()
}

/** Removes the session that is there now, and none that takes its place. @throws as {@link clearOnce} */
export async function eraseOnce(
  infoOf: () => Promise<SessionInfo | undefined>,
  erase: (unchangedSince: Date) => Promise<boolean | 'lost'>,
): Promise<boolean | 'lost' | undefined> {
  let found = await infoOf()
  if (found === undefined) return undefined
  for (let look = 0; look < maxLooks; look++) {
    const erased = await erase(found.updatedAt)
    if (erased !== false) return erased
    found = await infoOf()
    // It was there when it was looked at first.
    if (found === undefined) return true
  }
  throw changing()
}

function changing(): SessionError {
  return new SessionError('SESSION_BUSY', 'Others wrote the session all the while. Nothing was removed.')
}
