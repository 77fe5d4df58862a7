import type { TogetherAtOnce } from './dialects/dialect.ts'
import type { GroupPlace, GroupWay, PlainAppend } from './group.ts'
import { lockTimeoutMs } from './limits.ts'
import { bind, type Statement } from './statement.ts'
import { numberOf } from './values.ts'

/** Milliseconds for which a group waits at most for somebody else who is making one of its sessions, before each is tried by itself. */
const makingMs = 250

/** Groups of a dialect that appends to many sessions in one statement. */
export function togetherAtOnce(place: GroupPlace, { known, unknown }: TogetherAtOnce<Statement>): GroupWay {
  return {
    known: (members) => append(place, known, members),
    unknown: (members) => append(place, unknown, members),
  }
}

async function append(
  { database, notices, policy }: GroupPlace,
  statement: Statement,
  members: readonly PlainAppend[],
): Promise<ReadonlySet<PlainAppend>> {
  const limits = (members.at(-1) as PlainAppend).limits
  const ends: number[] = []
  for (const { records } of members) ends.push((ends.at(-1) ?? 0) + records.length)
  const values = bind(statement, {
    ids: members.map(({ sessionId }) => sessionId),
    records: members.flatMap(({ records }) => records),
    starts: members.map(({ records }, index) => `${(ends[index] ?? 0) - records.length + 1}`),
    ends: ends.map(String),
    ttl: policy.ttlMs ?? null,
    lockTimeout: `${Math.min(makingMs, lockTimeoutMs(limits))}`,
    ...(members[0]?.operation && {
      operations: members.map(({ operation }) => operation?.id ?? ''),
      fingerprints: members.map(({ operation }) => operation?.fingerprint ?? ''),
      operationMs: policy.operationMs,
    }),
    ...(notices && {
      channel: notices.channel,
      notes: members.map(({ sessionId }) => notices.of(sessionId).note),
    }),
  })
  const { rows } = await database.write(limits, (connection) => connection.run(statement, values))
  return new Set(rows.map((row) => members[numberOf(row, 'place') - 1] as PlainAppend))
}
