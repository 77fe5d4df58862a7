import { batches } from './batches.ts'
import type { Connection } from './connection.ts'
import type { RowsInsert } from './restore-statements.ts'
import { write } from './run.ts'
import type { Value } from './statement.ts'

/** Inserts rows, in their order, in statements that fit a packet of the server. */
export async function insertRows(
  connection: Connection,
  into: RowsInsert,
  rows: readonly (readonly Value[])[],
): Promise<void> {
  let start = 0
  const heaviest = rows.map((row) => String(row[into.heaviest] ?? ''))
  for (const { length } of batches(heaviest, connection.packetBytes ?? Number.POSITIVE_INFINITY)) {
    const { statement, values } = into.of(rows.slice(start, start + length))
    await write(connection, statement, values)
    start += length
  }
}
