import type { RecordStore, RestoredSession, RestoreResult } from '@sessions/core'
import type { EncryptedRecords } from './encrypted-records.ts'
import { EntryPages } from './entry-pages.ts'

/**
 * Makes sessions with records that are sealed for their ids. Each has the time that it was made at, for a ttl to count from. Operation ids
 * stay behind, since what is kept of one depends on the keys, but those of a session that is the same in another form.
 */
export async function restoreSealed(
  records: EncryptedRecords,
  store: RecordStore,
  sessions: readonly RestoredSession[],
): Promise<RestoreResult[]> {
  const sealed: (RestoredSession | undefined)[] = []
  for (const session of sessions) sealed.push(await sealedSession(records, store, session))
  const given = sealed.filter((session) => session !== undefined)
  const results = (await store.moves.restore(given)).values()
  return sealed.map((session) => (session === undefined ? 'conflict' : (results.next().value ?? 'conflict')))
}

/** `undefined` where its newest entry is not the one that `over` says. */
async function sealedSession(
  records: EncryptedRecords,
  store: RecordStore,
  session: RestoredSession,
): Promise<RestoredSession | undefined> {
  const { sessionId, updatedAt, times, over } = session
  const cipher = records.cipher(sessionId)
  const made = cipher.made(times.map((time) => time ?? updatedAt))
  const operations = isSame(session) ? await store.moves.operations(sessionId) : []
  const sealed = { ...session, records: await cipher.seal(session.records, made), operations }
  if (over === undefined) return sealed
  if (!over.keeps) records.forget(sessionId)
  if (over.newest === undefined) return sealed
  const newest = await new EntryPages(store, sessionId, cipher, 'throw').newestBeneath(over.newest)
  return newest === undefined ? undefined : { ...sealed, over: { ...over, newest } }
}

/** Whether it takes the place of itself, unchanged since: what is copied has another time than what it replaces. */
function isSame({ updatedAt, over }: RestoredSession): boolean {
  return over?.keeps === false && over.updatedAt.getTime() === updatedAt.getTime()
}
