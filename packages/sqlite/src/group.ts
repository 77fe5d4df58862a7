import { type CommitResult, GroupCommit, type Outcomes, type Several as SeveralOf } from '@sessions/core'
import type { WriteQueue } from './busy.ts'
import type { SQLiteDatabase } from './database.ts'
import { isBusy } from './errors.ts'

/** One commit of a group. */
export interface Member {
  /** How long it waits for others, in milliseconds. */
  readonly busyTimeoutMs: number
  /** Where its store looks for the file. */
  readonly path: string
  /** Runs inside a transaction that holds the write lock; again, where that was undone. */
  work(): CommitResult
}

/** How a connection writes. */
interface Transactions {
  readonly queue: WriteQueue
  /** Whether a path leads to the files that are open. */
  isAt(path: string): boolean
  /** Runs the work in one `BEGIN IMMEDIATE` transaction. */
  write<T>(work: () => T): T
  readonly database: Pick<SQLiteDatabase, 'exec' | 'inTransaction'>
}

type Several = SeveralOf<Member>

/** The files of a store are gone; nothing was written. */
export class FilesGone extends Error {}

/**
 * Members of a group, at most: each takes about 10 microseconds, in which the event loop has no turn, and another group costs another
 * sync of the disk.
 */
const mostMembers = 500
/** UTF-16 units of their records, at most: 10 milliseconds of writing. */
const mostLength = 2 ** 20

/** The commits over one connection, several in a transaction. */
export function groupCommits(transactions: Transactions): GroupCommit<Member, CommitResult> {
  const { queue } = transactions
  const alone = ({ busyTimeoutMs, path, work }: Member): CommitResult | Promise<CommitResult> =>
    queue.run(busyTimeoutMs, () => {
      if (!transactions.isAt(path)) throw new FilesGone()
      return transactions.write(work)
    })
  const together = async (members: Several): Promise<Outcomes<CommitResult>> => {
    const outcomes = await queue.run(members[0].busyTimeoutMs, () => commit(transactions, members))
    return outcomes ?? (await Promise.allSettled(members.map(async (member) => alone(member))))
  }
  // Nobody waits for a lock longer than their own store says.
  const alike = (one: Member, other: Member): boolean => one.busyTimeoutMs === other.busyTimeoutMs
  return new GroupCommit({ alone, together, alike, mostMembers, mostLength })
}

/** `undefined` where nothing was done and each has to be tried by itself. @throws what all of them have to wait for */
function commit(transactions: Transactions, members: Several): Outcomes<CommitResult> | undefined {
  const paths = new Set(members.map(({ path }) => path))
  if (![...paths].every((path) => transactions.isAt(path))) return undefined
  // A savepoint costs as much as a small append, so there are none unless a member fails.
  for (const run of [fulfilled, partOf(transactions)]) {
    try {
      return transactions.write(() => members.map(run))
    } catch (error) {
      if (isBusy(error)) throw error
    }
  }
  return undefined
}

function fulfilled({ work }: Member): PromiseFulfilledResult<CommitResult> {
  return { status: 'fulfilled', value: work() }
}

/** @throws the error of a member that undid the whole transaction, as a trigger of somebody's with `RAISE(ROLLBACK)` does */
function partOf({ database }: Transactions): (member: Member) => PromiseSettledResult<CommitResult> {
  return (member) => {
    database.exec('SAVEPOINT sessions_member')
    try {
      return fulfilled(member)
    } catch (reason) {
      if (isBusy(reason) || !database.inTransaction) throw reason
      database.exec('ROLLBACK TO sessions_member')
      return { status: 'rejected', reason }
    } finally {
      if (database.inTransaction) database.exec('RELEASE sessions_member')
    }
  }
}
