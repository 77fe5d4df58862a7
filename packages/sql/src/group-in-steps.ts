import type { Connection } from './connection.ts'
import type { TogetherInSteps } from './dialects/dialect.ts'
import { Collision } from './errors.ts'
import type { GroupPlace, GroupWay, PlainAppend } from './group.ts'
import { assertSettings } from './rows.ts'
import { run, write } from './run.ts'
import type { Statement, Value } from './statement.ts'
import { numberOf } from './values.ts'

type Steps = TogetherInSteps<Statement>

/** Groups of a dialect that appends to many sessions in a transaction of a few statements. */
export function togetherInSteps(place: GroupPlace, steps: Steps): GroupWay {
  return {
    known: (members) => append(place, members, steps, [steps.lock, steps.touch]),
    unknown: (members) => append(place, members, steps, [steps.absent, steps.make]),
  }
}

/** To those that the first statement finds, after the second one has changed their sessions. */
function append(
  { database, ttlMs }: GroupPlace,
  members: readonly PlainAppend[],
  steps: Steps,
  [find, change]: readonly [Statement, Statement],
): Promise<ReadonlySet<PlainAppend>> {
  const limits = (members.at(-1) as PlainAppend).limits
  return database.transaction(limits, 'group', async (connection) => {
    const { rows } = await run(connection, find, { ids: idsOf(members) })
    for (const row of rows) assertSettings(row)
    const found = rows.map((row) => members[numberOf(row, 'place') - 1] as PlainAppend)
    if (found.length === 0) return { result: new Set(), keep: false }
    await writeAll(connection, change, { ids: idsOf(found), ttl: ttlMs ?? null }, found.length)
    const count = found.reduce((sum, { records }) => sum + records.length, 0)
    await writeAll(connection, steps.append, { members: recordsOf(found) }, count)
    return { result: new Set(found), keep: true }
  })
}

/** @throws Collision where it wrote more or fewer rows than that */
async function writeAll(
  connection: Connection,
  statement: Statement,
  values: Readonly<Record<string, Value>>,
  count: number,
): Promise<void> {
  if ((await write(connection, statement, values)) !== count) throw new Collision()
}

function idsOf(members: readonly PlainAppend[]): string {
  return JSON.stringify(members.map(({ sessionId }) => sessionId))
}

/** Half of a character arrives as what a driver makes of it where it is no JSON. */
function recordsOf(members: readonly PlainAppend[]): string {
  return JSON.stringify(
    members.map(({ sessionId, records }) => [sessionId, records.map((each) => each.toWellFormed())]),
  )
}
