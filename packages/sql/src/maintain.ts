import { type CommitResult, type Maintenance, placeOf, positionOf } from '@sessions/core'
import type { Outcome } from './database.ts'
import { isMessageId } from './message-id.ts'
import type { SessionRows } from './rows.ts'

/** Replaces and removes messages by their ids, in a session that this transaction keeps. Python takes no lock, so they are held too. */
export async function maintainMessages(
  rows: SessionRows,
  { replace = [], remove = [] }: Maintenance,
): Promise<Outcome<CommitResult>> {
  const places = [...replace.map(({ place }) => place), ...remove]
  const ids = places.map(idOf)
  if (!ids.every(isMessageId)) return conflict
  const held = new Set((await rows.hold(ids)).map(({ id, record }) => placeOf(id, record)))
  if (!places.every((place) => held.has(place))) return conflict
  for (const { place, record } of replace) await rows.replace(idOf(place), record)
  if (remove.length > 0) await rows.remove(remove.map(idOf))
  return { result: { status: 'applied', dropped: [] }, keep: true }
}

const conflict: Outcome<CommitResult> = { result: { status: 'conflict' }, keep: false }

/** As a text: ids go on beyond what a number can tell apart. */
function idOf(place: string): string {
  return positionOf(place)
}
