import { type ForkRequest, type ForkResult, forkMetadata } from '@sessions/core'
import { applyChange, liveSession, type WritePolicy } from './changes.ts'
import { highestId, isEntry, lowestId } from './entries.ts'
import { readMetadata } from './metadata.ts'
import type { Statements } from './statements.ts'
import { fromTimestamp } from './timestamps.ts'

/** Rows that one statement copies. SQLite puts aside in memory what it reads from the table that it writes, so they are few. */
const sliceSize = 100

/** Copies a session, with the times of its entries. Runs inside a transaction that holds the write lock. */
export function forkSession(
  statements: Statements,
  { from, to, upTo, metadata }: ForkRequest,
  now: number,
  policy: WritePolicy,
): ForkResult {
  const source = liveSession(statements, from, now)
  if (source === undefined || (upTo !== undefined && !isEntry(statements, from, upTo))) return 'absent'
  const change = { create: true, metadata: forkMetadata({ from, metadata }, readMetadata(statements, from)) } as const
  // What follows the copied entries must not be older than they are, whatever the clock did since.
  const time = Math.max(now, fromTimestamp(source.updatedAt))
  if (applyChange(statements, to, change, time, policy).status !== 'applied') return 'exists'
  copyEntries(statements, from, to, upTo ?? highestId)
  return 'forked'
}

function copyEntries({ endOfSlice, copySlice }: Statements, from: string, to: string, last: string): void {
  let start: string | undefined = lowestId
  while (start !== undefined) {
    const end = endOfSlice.get(from, start, last, sliceSize - 1) as string | undefined
    copySlice.run(to, from, start, end ?? last)
    start = end
  }
}
