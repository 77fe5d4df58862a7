import { type KeptOperation, type RestoredSession, type RestoreResult, restoredTTL } from '@sessions/core'
import { liveSession } from './changes.ts'
import { saveMetadata } from './metadata.ts'
import type { Statements } from './statements.ts'
import { entryTimes, fromTimestamp, toSeconds, toTimestamp } from './timestamps.ts'

interface OperationRow {
  id: string
  fingerprint: string
  forgetAt: string
}

/** Makes a session as it is given. Runs inside a transaction that holds the write lock. */
export function restoreSession(statements: Statements, session: RestoredSession, now: number): RestoreResult {
  const { sessionId, createdAt, updatedAt, over } = session
  const found = liveSession(statements, sessionId, now)
  if ((over === undefined) !== (found === undefined)) return 'conflict'
  if (over !== undefined && found !== undefined) {
    const { newest } = over
    if (fromTimestamp(found.updatedAt) !== over.updatedAt.getTime()) return 'conflict'
    if (newest !== undefined && (statements.newestId.get(sessionId) ?? null) !== newest) return 'conflict'
    if (!over.keeps) statements.clearOperations.run(sessionId)
  } else {
    // Items without a session are nobody's.
    statements.deleteMessages.run(sessionId)
  }
  statements.restoreSession.run(sessionId, toTimestamp(createdAt.getTime()), toTimestamp(updatedAt.getTime()))
  restoreTTL(statements, session)
  if (over?.keeps === false) replaceRecords(statements, session)
  else appendRecords(statements, session)
  statements.deleteMetadata.run(sessionId)
  saveMetadata(statements, sessionId, session.metadata ?? {})
  for (const { id, fingerprint, forgetAt } of session.operations) {
    statements.saveOperation.run(sessionId, id, fingerprint, toTimestamp(forgetAt.getTime()))
  }
  return 'restored'
}

/** The operations that are remembered of a session at that time. */
export function keptOperations({ operations }: Statements, sessionId: string, now: number): KeptOperation[] {
  const rows = operations.all(sessionId, toTimestamp(now)) as OperationRow[]
  // Most sessions have none: to make ready for sorting costs SQLite more than to look.
  if (rows.length > 1) rows.sort((a, b) => (a.forgetAt < b.forgetAt ? -1 : a.forgetAt > b.forgetAt ? 1 : 0))
  return rows.map(({ id, fingerprint, forgetAt }) => ({ id, fingerprint, forgetAt: new Date(fromTimestamp(forgetAt)) }))
}

function restoreTTL({ saveTTL, deleteTTL }: Statements, session: RestoredSession): void {
  const ttl = restoredTTL(session)
  if (ttl === undefined) deleteTTL.run(session.sessionId)
  else saveTTL.run(session.sessionId, ttl, session.updatedAt.getTime() + ttl)
}

/** What Python counted of turns stays with a session that takes the place of itself, unchanged since: in another form. */
function replaceRecords(statements: Statements, session: RestoredSession): void {
  const { sessionId, updatedAt, over } = session
  const isSame = over?.updatedAt.getTime() === updatedAt.getTime()
  if (isSame) statements.keepUsage?.run(sessionId)
  statements.clearMessages.run(sessionId)
  appendRecords(statements, session)
  if (isSame) statements.giveUsageBack?.run(sessionId)
}

function appendRecords(
  { append, newestTime }: Statements,
  { sessionId, records, times, updatedAt }: RestoredSession,
): void {
  const newest = newestTime.get(sessionId) as string | null | undefined
  const made = entryTimes(times, fromTimestamp(newest ?? null), updatedAt.getTime())
  let [second, text] = [Number.NaN, '']
  for (const [index, record] of records.entries()) {
    const at = Math.floor((made[index] as number) / 1000)
    // Items of one turn share their second, and to write it out takes longer than to insert a row.
    if (at !== second) [second, text] = [at, toSeconds(toTimestamp(at * 1000))]
    append.run(sessionId, record, text)
  }
}
