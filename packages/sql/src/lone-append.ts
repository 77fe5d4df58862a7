import type { WritePolicy } from './changes.ts'
import type { CommitPlace } from './commits.ts'
import type { Database } from './database.ts'
import type { PlainAppend } from './group.ts'
import { SessionRows } from './rows.ts'
import { write } from './run.ts'

/** Sessions that are remembered of a database, at most: those that were written last. */
const mostKnown = 10_000

/** Those that were there when this process wrote them last. */
const known = new WeakMap<Database, Set<string>>()

/**
 * An append to a session that was there when this process wrote it last, in a transaction of two statements: the first locks it by giving it its
 * new time, and says which. `false` where it is not known to be there, or is not any more; then nothing was done.
 */
export async function appendAlone(
  { database, statements }: CommitPlace,
  { sessionId, records, limits }: PlainAppend,
  policy: WritePolicy,
): Promise<boolean> {
  const { touchAlive } = statements
  const key = `${touchAlive?.name} ${sessionId}`
  if (touchAlive === undefined || known.get(database)?.has(key) !== true) return false
  const isDone = await database.transaction(limits, 'change', async (connection) => {
    const { affected, lastId = 0 } = await write(connection, touchAlive, { id: sessionId, ttl: policy.ttlMs ?? null })
    if (affected === 0) return { result: false, keep: false }
    await new SessionRows(connection, statements, sessionId).append(records, lastId)
    return { result: true, keep: true }
  })
  if (!isDone) known.get(database)?.delete(key)
  return isDone
}

/** The session is there now. */
export function noteThere({ database, statements: { touchAlive } }: CommitPlace, sessionId: string): void {
  if (touchAlive === undefined) return
  const sessions = known.get(database) ?? new Set()
  known.set(database, sessions)
  const key = `${touchAlive.name} ${sessionId}`
  // The last one is the latest.
  sessions.delete(key)
  sessions.add(key)
  const [oldest] = sessions
  if (oldest !== undefined && sessions.size > mostKnown) sessions.delete(oldest)
}
