import { type KeptOperation, type RestoredSession, type RestoreResult, restoredTTL } from '@sessions/core'
import { someSessions } from './batches.ts'
import type { Calls } from './calls.ts'
import { takeSession } from './changes.ts'
import { type CommitPlace, changeIn } from './commits.ts'
import type { Connection } from './connection.ts'
import type { Outcome } from './database.ts'
import { isUniqueViolation } from './errors.ts'
import { insertRows } from './insert-rows.ts'
import { named } from './retention.ts'
import { metadataValues } from './row-values.ts'
import type { SessionRows } from './rows.ts'
import { run } from './run.ts'
import type { Value } from './statement.ts'
import type { Statements } from './statements.ts'
import { entryTimes, toTimestamp } from './timestamps.ts'
import { numberOf, textOf } from './values.ts'

/** Makes sessions with times of their own: those that are new together, where the dialect can; the others one by one. */
export async function restoreSessions(
  place: CommitPlace,
  calls: Calls,
  sessions: readonly RestoredSession[],
): Promise<RestoreResult[]> {
  const made = await makeTogether(place, calls, sessions)
  const results: RestoreResult[] = []
  for (const session of sessions) {
    const result = made.has(session) ? 'restored' : await restoreOne(place, calls, session)
    results.push(result)
  }
  return results
}

/** The operations that are still kept of a session. */
export async function keptOperations(
  statements: Statements,
  calls: Calls,
  sessionId: string,
): Promise<KeptOperation[]> {
  const rows = await calls.select(statements.operations, { id: sessionId }, { latest: true })
  return rows.map((row) => ({
    id: textOf(row, 'operation_id'),
    fingerprint: textOf(row, 'fingerprint'),
    forgetAt: new Date(numberOf(row, 'forget_ms')),
  }))
}

function restoreOne(place: CommitPlace, calls: Calls, session: RestoredSession): Promise<RestoreResult> {
  const { sessionId } = session
  return calls.write(sessionId, false, (limits) =>
    changeIn(place, limits, sessionId, false, (rows) => restoreRows(rows, session)),
  )
}

async function restoreRows(rows: SessionRows, session: RestoredSession): Promise<Outcome<RestoreResult>> {
  const { createdAt, updatedAt, records, times, operations, metadata = {}, over } = session
  const conflict: Outcome<RestoreResult> = { result: 'conflict', keep: false }
  const found = await takeSession(rows, over === undefined)
  if ((over === undefined) === (found.updatedMs !== 0)) return conflict
  if (over !== undefined) {
    const [newest = null] = over.newest === undefined ? [] : await rows.newestIds(1)
    if (found.updatedMs !== over.updatedAt.getTime() || newest !== (over.newest ?? null)) return conflict
    if (!over.keeps) await rows.makeAnew()
  }
  const [updatedMs, ttlMs] = [updatedAt.getTime(), restoredTTL(session) ?? null]
  const oldest = over?.keeps ? await rows.newestTime() : undefined
  await rows.append(records, entryTimes(times, updatedMs, oldest))
  for (const { id, fingerprint, forgetAt } of operations) {
    if ((await rows.operation(id)) === undefined) await rows.saveOperation(id, fingerprint, forgetAt.getTime())
  }
  await rows.indexMetadata(metadata)
  await rows.restore({ createdMs: createdAt.getTime(), updatedMs, ttlMs, metadata })
  return { result: 'restored', keep: true }
}

/** Those that were made, in one transaction; all others are left as they are. */
async function makeTogether(
  { statements, notices }: CommitPlace,
  calls: Calls,
  sessions: readonly RestoredSession[],
): Promise<ReadonlySet<RestoredSession>> {
  const { inserts } = statements
  const given = sessions.filter(({ over }) => over === undefined)
  if (inserts === undefined || given.length < 2) return new Set()
  try {
    return await calls.changeSome<ReadonlySet<RestoredSession>>(async (connection) => {
      const present = await presentOf(connection, statements, given)
      const made = given.filter(({ sessionId }) => !present.has(sessionId))
      await insertRows(connection, inserts.sessions, made.map(sessionRow))
      await insertRows(connection, inserts.messages, made.flatMap(messageRows))
      await insertRows(connection, inserts.metadata, made.flatMap(metadataRows))
      await insertRows(connection, inserts.operations, made.flatMap(operationRows))
      for (const { sessionId } of made) await notices?.send(connection, sessionId)
      return { result: new Set(made), keep: made.length > 0 }
    })
  } catch (error) {
    // Somebody has just made one of them.
    if (isUniqueViolation(error)) return new Set()
    throw error
  }
}

async function presentOf(
  connection: Connection,
  { presentSome }: Statements,
  sessions: readonly RestoredSession[],
): Promise<ReadonlySet<string>> {
  const present = new Set<string>()
  for (let start = 0; start < sessions.length; start += someSessions) {
    const some = sessions.slice(start, start + someSessions)
    const ids = some.map(({ sessionId }) => sessionId)
    const { rows } = await run(connection, presentSome, named(ids, null))
    for (const row of rows) present.add(textOf(row, 'session_id'))
  }
  return present
}

function sessionRow(session: RestoredSession): Value[] {
  const { sessionId, createdAt, updatedAt, metadata = {} } = session
  const text = Object.keys(metadata).length === 0 ? null : JSON.stringify(metadata)
  const [created, updated] = [toTimestamp(createdAt.getTime()), toTimestamp(updatedAt.getTime())]
  return [sessionId, created, updated, restoredTTL(session) ?? null, text]
}

function messageRows({ sessionId, records, times, updatedAt }: RestoredSession): Value[][] {
  const made = entryTimes(times, updatedAt.getTime())
  return records.map((record, index) => [sessionId, record, toTimestamp(made[index] ?? 0)])
}

function metadataRows({ sessionId, metadata = {} }: RestoredSession): Value[][] {
  return Object.entries(metadata).map(([key, value]) => [sessionId, metadataValues(key, value).digest])
}

function operationRows({ sessionId, operations }: RestoredSession): Value[][] {
  return operations.map(({ id, fingerprint, forgetAt }) => [
    sessionId,
    id,
    fingerprint,
    toTimestamp(forgetAt.getTime()),
  ])
}
