import { assertFits } from './batches.ts'
import type { Connection, Result } from './connection.ts'
import { Mutilated } from './failures.ts'
import { bind, type Statement, type Value } from './statement.ts'

/** Runs a statement with values by their names. @throws PacketTooLarge before anything is sent that the server would refuse */
export function run(
  connection: Connection,
  statement: Statement,
  values: Readonly<Record<string, Value>>,
): Promise<Result> {
  const bound = bind(statement, values)
  assertFits(bound, connection.packetBytes ?? Number.POSITIVE_INFINITY)
  return connection.run(statement, bound)
}

/** The same for one that writes so many rows. Where it is not strict, a server stores what it can of a value, and warns. @throws Mutilated */
export async function write(
  connection: Connection,
  statement: Statement,
  values: Readonly<Record<string, Value>>,
): Promise<Result> {
  const result = await run(connection, statement, values)
  if ((result.warnings ?? 0) > 0) throw new Mutilated()
  return result
}
