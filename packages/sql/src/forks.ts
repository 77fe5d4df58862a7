import { type ForkRequest, type ForkResult, forkMetadata } from '@sessions/core'
import { takeSession } from './changes.ts'
import type { Outcome } from './database.ts'
import { isMessageId } from './message-id.ts'
import type { SessionRows } from './rows.ts'

/** Messages copied in one statement: so many that it is soon done, however long the history is. */
const someMessages = 10_000

/** The rows of both sessions, in one transaction. */
export interface ForkRows {
  source: SessionRows
  target: SessionRows
}

/**
 * Copies a session inside the database. The source is kept to this transaction, so that what the statements see of it is of one
 * instant: whoever writes it waits.
 */
export async function copySession(
  { source, target }: ForkRows,
  request: ForkRequest,
  ttlMs: number | null,
): Promise<Outcome<ForkResult>> {
  const { upTo } = request
  const origin = await source.lock()
  const session = await takeSession(target, true)
  if (session.updatedMs !== 0) return { result: 'exists', keep: false }
  if (origin === undefined || origin.expired) return { result: 'absent', keep: false }
  if (upTo !== undefined && !(await holds(source, upTo))) return { result: 'absent', keep: false }
  for (let start = await source.oldestId(); start !== undefined; start = await source.idAfter(start, someMessages)) {
    const copied = await target.copy(request.from, { start, last: upTo, count: someMessages })
    if (copied < someMessages) break
  }
  const metadata = forkMetadata(request, origin.metadata)
  await target.indexMetadata(metadata)
  // No item is newer than the last change of its session.
  await target.update({ updatedMs: Math.max(session.nowMs, origin.updatedMs), ttlMs, metadata })
  return { result: 'forked', keep: true }
}

async function holds(source: SessionRows, message: string): Promise<boolean> {
  return isMessageId(message) && (await source.hold([message])).length > 0
}
