import { createHash } from 'node:crypto'
import type { JSONValue } from '@sessions/core'
import { someMessages } from './batches.ts'
import { toTimestamp } from './timestamps.ts'

/** How a key with a value is found: as JSON texts, so that `1`, `"1"` and `true` differ, and as SHA-256 of both. */
export function metadataValues(name: string, content: JSONValue): { key: string; value: string; digest: string } {
  const [key, value] = [JSON.stringify(name), JSON.stringify(content)]
  return { key, value, digest: createHash('sha256').update(`[${key},${value}]`).digest('hex') }
}

/** Metadata as they stand in the row of a session. */
export function textOrNull(metadata: Record<string, JSONValue>): string | null {
  return Object.keys(metadata).length === 0 ? null : JSON.stringify(metadata)
}

/** The values `:at0`, `:at1`, … of an insert. */
export function timesFrom(times: readonly number[], start: number, count: number): Record<string, string> {
  const some = times.slice(start, start + count)
  return Object.fromEntries(some.map((time, index) => [`at${index}`, toTimestamp(time)]))
}

/** The last one is named again where there are fewer than the statement names. */
export function portions(ids: readonly string[]): Record<string, string>[] {
  return Array.from({ length: Math.ceil(ids.length / someMessages) }, (_, portion) => {
    const some = ids.slice(portion * someMessages, (portion + 1) * someMessages)
    const values = Array.from({ length: someMessages }, (_, index) => some[index] ?? (some.at(-1) as string))
    return Object.fromEntries(values.map((id, index) => [`message${index}`, id]))
  })
}
