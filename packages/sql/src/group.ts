import { GroupCommit, type Outcomes, type Several as SeveralOf } from '@sessions/core'
import type { CommitPlace } from './commits.ts'
import type { Database } from './database.ts'
import { isRefusal, mapError, NoConnection } from './errors.ts'
import { type Limits, lockTimeoutMs } from './limits.ts'
import { bind, type Statement } from './statement.ts'
import type { GroupStatements } from './statements.ts'
import { numberOf } from './values.ts'

/** An append that asks for nothing else. */
export interface PlainAppend {
  readonly sessionId: string
  readonly records: readonly string[]
  readonly limits: Limits
}

type Several = SeveralOf<PlainAppend>

/** What the groups of one kind have in common. */
interface Kind extends Pick<CommitPlace, 'database' | 'notices'> {
  readonly ttlMs: number | undefined
  readonly texts: GroupStatements
}

/** Members of a group, at most: one statement, for which each of them waits. */
const mostMembers = 500
/** UTF-16 units of their records, at most. */
const mostLength = 2 ** 20
/** What a record counts for beside its length: a great many short ones take their time, too. */
const lengthBeside = 100
/** Groups under way at a time: few, so that those that come meanwhile are large, and most of the pool is left to others. */
const mostUnderWay = 4
/** Milliseconds for which a group waits at most for somebody else who is making one of its sessions, before each is tried by itself. */
const makingMs = 250

const groups = new WeakMap<Database, Map<string, GroupCommit<PlainAppend, boolean>>>()

/**
 * Appends in one statement with others that come in the same turn of the event loop, where the dialect can. `false` where it has to be
 * tried by itself, so that nobody waits for anybody else's session: nothing was done then. The first one of a turn always is.
 */
export function appendTogether(
  place: CommitPlace,
  append: PlainAppend,
  ttlMs: number | undefined,
): boolean | Promise<boolean> {
  const { database, statements, notices } = place
  if (statements.appendTogether === undefined) return false
  const texts = statements.appendTogether(notices !== undefined)
  const key = `${texts.known.name} ${ttlMs} ${append.limits.silenceMs}`
  const ofDatabase = groups.get(database) ?? new Map<string, GroupCommit<PlainAppend, boolean>>()
  groups.set(database, ofDatabase)
  const group = ofDatabase.get(key) ?? groupAppends({ database, notices, ttlMs, texts })
  ofDatabase.set(key, group)
  const { sessionId, records } = append
  const length = records.reduce((sum, record) => sum + record.length + lengthBeside, 0)
  return group.add(sessionId, append, length)
}

function groupAppends(kind: Kind): GroupCommit<PlainAppend, boolean> {
  /** Whether the last group got no connection. */
  let isStuck = false
  const together = async (members: Several): Promise<Outcomes<boolean>> => {
    // Whoever has waited behind others of this process has not waited for a connection, unless those got none either.
    if (isStuck && members.every(({ limits }) => limits.until < performance.now())) throw new NoConnection()
    try {
      const outcomes = await commit(kind, members)
      isStuck = false
      return outcomes
    } catch (error) {
      isStuck = mapError(error)?.code === 'SESSION_BUSY'
      throw error
    }
  }
  return new GroupCommit({ alone: () => false, together, mostMembers, mostLength, mostUnderWay })
}

async function commit(kind: Kind, members: Several): Promise<Outcomes<boolean>> {
  const { known, unknown } = kind.texts
  const appended = await append(kind, known, members)
  if (appended === undefined) return members.map(() => fulfilled(false))
  const left = members.filter((member) => !appended.has(member))
  const [made] = await Promise.allSettled([left.length > 1 ? append(kind, unknown, left) : undefined])
  return members.map((member) => {
    if (appended.has(member)) return fulfilled(true)
    return made.status === 'rejected' ? made : fulfilled(made.value?.has(member) ?? false)
  })
}

function fulfilled(value: boolean): PromiseFulfilledResult<boolean> {
  return { status: 'fulfilled', value }
}

/** Those that were appended; `undefined` where the server refused them all because of one, so that none was. */
async function append(
  { database, notices, ttlMs }: Kind,
  statement: Statement,
  members: readonly PlainAppend[],
): Promise<ReadonlySet<PlainAppend> | undefined> {
  const limits = members.at(-1)?.limits as Limits
  const ends: number[] = []
  for (const { records } of members) ends.push((ends.at(-1) ?? 0) + records.length)
  const values = bind(statement, {
    ids: members.map(({ sessionId }) => sessionId),
    records: members.flatMap(({ records }) => records),
    starts: members.map(({ records }, index) => `${(ends[index] ?? 0) - records.length + 1}`),
    ends: ends.map(String),
    ttl: ttlMs ?? null,
    lockTimeout: `${Math.min(makingMs, lockTimeoutMs(limits))}`,
    ...(notices && {
      channel: notices.channel,
      notes: members.map(({ sessionId }) => notices.of(sessionId).note),
    }),
  })
  try {
    const { rows } = await database.write(limits, (connection) => connection.run(statement, values))
    return new Set(rows.map((row) => members[numberOf(row, 'place') - 1] as PlainAppend))
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}
