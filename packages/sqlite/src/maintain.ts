import { type CommitResult, type Maintenance, placeOf, positionOf } from '@sessions/core'
import type { Statements } from './statements.ts'

/** Replaces and removes messages by their row ids. Runs inside a transaction that holds the write lock, in a session that is alive. */
export function maintainMessages(
  { message, replaceMessage, deleteMessage }: Statements,
  sessionId: string,
  { replace = [], remove = [] }: Maintenance,
): CommitResult {
  const held = [...replace.map(({ place }) => place), ...remove].every((place) => {
    const record = message.get(sessionId, positionOf(place)) as string | undefined
    return record !== undefined && placeOf(positionOf(place), record) === place
  })
  if (!held) return { status: 'conflict' }
  for (const { place, record } of replace) replaceMessage.run(record, sessionId, positionOf(place))
  for (const place of remove) deleteMessage.run(sessionId, positionOf(place))
  return { status: 'applied', dropped: [] }
}
