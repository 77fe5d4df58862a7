import { PacketTooLarge } from './failures.ts'
import type { Value } from './statement.ts'

/** Sessions locked in one transaction: few, so that none of them is kept from its writers for long. */
export const someSessions = 50

/** Messages looked at or removed in one statement of maintenance. */
export const someMessages = 50

/** Rows of one insert, at most: few texts, so that few statements stay prepared on each connection. Each size is double the next. */
const insertSizes = [256, 128, 64, 32, 16, 8, 4, 2, 1]
/** Bytes of one insert of several rows, where the server takes more: enough, and soon written. */
const insertBytes = 1_000_000
/** Bytes of what travels with each value: its length, its type, a time, and an id's longest form. */
const bytesBeside = 900

/** The records in portions that fit a packet of the server, which holds so many bytes; one alone may be larger than that. */
export function batches(records: readonly string[], packetBytes: number): string[][] {
  const most = Math.min(insertBytes, packetBytes)
  const result: string[][] = []
  for (let start = 0; start < records.length; ) {
    let [count, bytes] = [0, 0]
    for (const record of records.slice(start, start + (insertSizes[0] ?? 1))) {
      bytes += Buffer.byteLength(record) + bytesBeside
      if (count > 0 && bytes > most) break
      count++
    }
    const size = insertSizes.find((each) => each <= count) ?? 1
    result.push(records.slice(start, start + size))
    start += size
  }
  return result
}

/** @throws PacketTooLarge before anything is sent that the server would cut the connection for */
export function assertFits(values: readonly Value[], packetBytes: number): void {
  if (packetBytes === Number.POSITIVE_INFINITY) return
  const bytes = values.reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 8),
    0,
  )
  // The same rest as the drivers and servers take for themselves, which differs by a few bytes.
  if (bytes + 64 + 16 * values.length > packetBytes) throw new PacketTooLarge(packetBytes)
}
