import type { Row } from './connection.ts'
import type { TogetherInSteps } from './dialects/dialect.ts'
import { Collision } from './errors.ts'
import type { GroupPlace, GroupWay, PlainAppend } from './group.ts'
import { insertRows } from './insert-rows.ts'
import type { RowsInsert } from './restore-statements.ts'
import { assertSettings } from './rows.ts'
import { run, write } from './run.ts'
import type { Statement } from './statement.ts'
import { toTimestamp } from './timestamps.ts'
import { numberOf } from './values.ts'

/** What it takes of a dialect that appends to many sessions in a transaction of a few statements. */
export interface Steps extends TogetherInSteps<Statement> {
  readonly messages: RowsInsert
}

export function togetherInSteps(place: GroupPlace, steps: Steps): GroupWay {
  const { lock, touch, absent, make, messages } = steps
  return {
    known: (members) => append(place, members, { find: lock, change: touch, messages }),
    unknown: (members) => append(place, members, { find: absent, change: make, messages }),
  }
}

/** To those that the first statement finds, after the second one has changed their sessions. */
function append(
  { database, policy }: GroupPlace,
  members: readonly PlainAppend[],
  { find, change, messages }: { find: Statement; change: Statement; messages: RowsInsert },
): Promise<ReadonlySet<PlainAppend>> {
  const limits = (members.at(-1) as PlainAppend).limits
  return database.transaction(limits, 'group', async (connection) => {
    const ids = JSON.stringify(members.map(({ sessionId }) => sessionId))
    const { rows } = await run(connection, find, { ids })
    const found = rows.map((row) => [members[numberOf(row, 'place') - 1] as PlainAppend, timeIn(row)] as const)
    if (found.length === 0) return { result: new Set<PlainAppend>(), keep: false }
    const sessions = JSON.stringify(found.map(([{ sessionId }, at]) => [sessionId, at]))
    const { affected } = await write(connection, change, { sessions, ttl: policy.ttlMs ?? null })
    // They were just found: somebody else's server reads the JSON in another way.
    if (affected !== found.length) throw new Collision()
    const added = found.flatMap(([{ sessionId, records }, at]) => records.map((record) => [sessionId, record, at]))
    await insertRows(connection, messages, added)
    return { result: new Set(found.map(([member]) => member)), keep: true }
  })
}

/** The new time of a session: the server's, and after the one that it had. @throws SettingsChanged */
function timeIn(row: Row): string {
  assertSettings(row)
  return toTimestamp(Math.max(numberOf(row, 'now_ms'), numberOf(row, 'updated_ms') + 1))
}
