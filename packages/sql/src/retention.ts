import type { DeleteTarget, LongCall } from '@sessions/core'
import { someSessions } from './batches.ts'
import type { Connection, Row } from './connection.ts'
import type { Outcome } from './database.ts'
import { Leases } from './leases.ts'
import type { Opened } from './opened.ts'
import { assertSettings } from './rows.ts'
import { bind, type Statement, type Value } from './statement.ts'
import type { Statements } from './statements.ts'
import { toTimestamp } from './timestamps.ts'
import { flagOf, numberOf, textOf } from './values.ts'

/** Operations removed in one statement: few, so that writers of their sessions do not wait for long. */
const someOperations = 500

/** What decides whether a session goes. */
interface ErasableRow {
  sessionId: string
  updatedMs: number
  expired: boolean
}

/** The rows that a statement finds on the primary. */
type Select = (statement: Statement, values: Readonly<Record<string, Value>>) => Promise<readonly Row[]>
/** Runs work in one transaction. */
type Transact = (work: (connection: Connection) => Promise<Outcome<number | undefined>>) => Promise<number | undefined>

/**
 * Removes those of the sessions that are wanted once they are locked, a few in each transaction. Resolves to how many; of
 * those whose time was over, only the ones that `isWanted` asked for as such are meant.
 */
async function eraseSome(
  sessionIds: readonly string[],
  isWanted: (row: ErasableRow) => boolean,
  statements: Statements,
  transact: Transact,
): Promise<number> {
  let erased = 0
  for (let start = 0; start < sessionIds.length; start += someSessions) {
    const some = sessionIds.slice(start, start + someSessions)
    erased += await eraseFew(some, isWanted, statements, transact)
  }
  return erased
}

/** Removes those that were not changed since. */
export function eraseUnchanged(
  targets: readonly DeleteTarget[],
  statements: Statements,
  transact: Transact,
): Promise<number> {
  const unchanged = new Map(targets.map(({ sessionId, updatedAt }) => [sessionId, updatedAt.getTime()]))
  const isWanted = (row: ErasableRow): boolean => unchanged.get(row.sessionId) === row.updatedMs
  return eraseSome([...unchanged.keys()], isWanted, statements, transact)
}

/** Removes what is over: sessions, operations, and leases. Resolves to how many sessions. */
export async function purge(
  call: LongCall,
  statements: Statements,
  { calls, lease: { resource: database }, byMinute }: Opened,
): Promise<number> {
  const transact: Transact = (work) => calls.changeSome(work)
  const select: Select = (statement, values) => calls.select(statement, values, { latest: true })
  const erased = await eraseExpired(call, statements, { page: statements.expired(byMinute), select, transact })
  await purgeOperations(call, erased, statements, transact)
  await calls.try((limits) => new Leases(database, statements).purge(limits, call, erased))
  return erased
}

/** Removes those whose ttl has ended, each looked at once: what the database keeps is no reason to begin again. */
async function eraseExpired(
  call: LongCall,
  statements: Statements,
  { page, select, transact }: { page: Statement; select: Select; transact: Transact },
): Promise<number> {
  let erased = 0
  for (let from = { at: toTimestamp(-Infinity), after: '' }; ; ) {
    const rows = await select(page, { ...from, limit: someSessions })
    const last = rows.at(-1)
    if (last === undefined) return erased
    const sessionIds = rows.map((row) => textOf(row, 'session_id'))
    erased += await eraseSome(sessionIds, (row) => row.expired, statements, transact)
    await call.step({ done: erased })
    from = { at: textOf(last, 'ended_at'), after: textOf(last, 'session_id') }
  }
}

/** Removes operations that are no longer kept, a few in each transaction, until there are none that the database lets go. */
async function purgeOperations(
  call: LongCall,
  done: number,
  { purgeOperations }: Statements,
  transact: Transact,
): Promise<void> {
  for (let affected: number | undefined = 1; affected !== undefined && affected > 0; await call.step({ done })) {
    affected = await transact(async (connection) => {
      const { affected: result } = await connection.run(
        purgeOperations,
        bind(purgeOperations, { limit: someOperations }),
      )
      return { result, keep: true }
    })
  }
}

/** All in one transaction, or, where the database keeps some of them, by halves: so that the others go with all that is theirs. */
async function eraseFew(
  sessionIds: readonly string[],
  isWanted: (row: ErasableRow) => boolean,
  statements: Statements,
  transact: Transact,
): Promise<number> {
  const erased = await transact((connection) => eraseLocked(connection, statements, sessionIds, isWanted))
  if (erased !== undefined) return erased
  if (sessionIds.length === 1) return 0
  const middle = Math.ceil(sessionIds.length / 2)
  const first = await eraseFew(sessionIds.slice(0, middle), isWanted, statements, transact)
  return first + (await eraseFew(sessionIds.slice(middle), isWanted, statements, transact))
}

/** `undefined` where not all of them would go. */
async function eraseLocked(
  connection: Connection,
  { lockSome, eraseSome }: Statements,
  sessionIds: readonly string[],
  isWanted: (row: ErasableRow) => boolean,
): Promise<Outcome<number | undefined>> {
  const { rows } = await connection.run(lockSome, bind(lockSome, named(sessionIds, sessionIds.at(-1) ?? null)))
  const wanted = rows.map(toErasable).filter(isWanted)
  if (wanted.length === 0) return { result: 0, keep: false }
  const values = named(
    wanted.map(({ sessionId }) => sessionId),
    null,
  )
  let affected = 0
  for (const statement of eraseSome) ({ affected } = await connection.run(statement, bind(statement, values)))
  return affected < wanted.length ? { result: undefined, keep: false } : { result: affected, keep: true }
}

function toErasable(row: Row): ErasableRow {
  assertSettings(row)
  return {
    sessionId: textOf(row, 'session_id'),
    updatedMs: numberOf(row, 'updated_ms'),
    expired: flagOf(row, 'expired'),
  }
}

/**
 * As many values as the statements have parameters, the rest of them `filler`. NULL is no session's id and finds nothing: MySQL and
 * MariaDB look up each value by itself, and would pass through a whole session again for an id that comes again.
 */
export function named(sessionIds: readonly string[], filler: string | null): Record<string, Value> {
  return Object.fromEntries(
    Array.from({ length: someSessions }, (_, index) => [`id${index}`, sessionIds[index] ?? filler]),
  )
}
