import type { Connection, Row } from './connection.ts'
import type { Outcome } from './database.ts'
import { assertSettings } from './rows.ts'
import { bind } from './statement.ts'
import { type Statements, someSessions } from './statements.ts'
import { flagOf, numberOf, textOf } from './values.ts'

/** What decides whether a session goes. */
export interface ErasableRow {
  sessionId: string
  updatedMs: number
  expired: boolean
}

/** Runs work in one transaction. */
type Transact = (work: (connection: Connection) => Promise<Outcome<number>>) => Promise<number>

/**
 * Removes those of the sessions that are wanted once they are locked, a few in each transaction. Resolves to how many; of
 * those whose time was over, only the ones that `isWanted` asked for as such are meant.
 */
export async function eraseSome(
  sessionIds: readonly string[],
  isWanted: (row: ErasableRow) => boolean,
  statements: Statements,
  transact: Transact,
): Promise<number> {
  let erased = 0
  for (let start = 0; start < sessionIds.length; start += someSessions) {
    const some = sessionIds.slice(start, start + someSessions)
    erased += await transact((connection) => eraseLocked(connection, statements, some, isWanted))
  }
  return erased
}

async function eraseLocked(
  connection: Connection,
  { lockSome, eraseSome }: Statements,
  sessionIds: readonly string[],
  isWanted: (row: ErasableRow) => boolean,
): Promise<Outcome<number>> {
  const { rows } = await connection.run(lockSome, bind(lockSome, named(sessionIds)))
  const wanted = rows.map(toErasable).filter(isWanted)
  if (wanted.length === 0) return { result: 0, keep: false }
  const values = named(wanted.map(({ sessionId }) => sessionId))
  for (const statement of eraseSome) await connection.run(statement, bind(statement, values))
  return { result: wanted.length, keep: true }
}

function toErasable(row: Row): ErasableRow {
  assertSettings(row)
  return {
    sessionId: textOf(row, 'session_id'),
    updatedMs: numberOf(row, 'updated_ms'),
    expired: flagOf(row, 'expired'),
  }
}

/** As many values as the statements have parameters. */
function named(sessionIds: readonly string[]): Record<string, string> {
  const last = sessionIds.length - 1
  return Object.fromEntries(
    Array.from({ length: someSessions }, (_, index) => [`id${index}`, sessionIds[Math.min(index, last)] ?? '']),
  )
}
