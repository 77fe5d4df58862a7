import { canonicalJSON, type JSONValue } from '@sessions/core'
import type { Statements } from './statements.ts'

/** The metadata of a session; `{}` where there are none. Keys and values stand there as JSON. */
export function readMetadata({ metadata }: Statements, sessionId: string): Record<string, JSONValue> {
  const rows = metadata.all(sessionId) as { key: string; value: string }[]
  return Object.fromEntries(rows.map(({ key, value }) => [JSON.parse(key) as string, JSON.parse(value) as JSONValue]))
}

/** Whether a session's metadata are structurally these. */
export function hasMetadata(
  statements: Statements,
  sessionId: string,
  expected: Readonly<Record<string, JSONValue>>,
): boolean {
  return canonicalJSON(readMetadata(statements, sessionId)) === canonicalJSON(expected)
}

/** Merges a change's metadata key by key. */
export function saveMetadata(
  { saveMetadata: save, deleteMetadataKey }: Statements,
  sessionId: string,
  metadata: Readonly<Record<string, JSONValue | undefined>>,
): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (value === undefined) deleteMetadataKey.run(sessionId, JSON.stringify(key))
    else save.run(sessionId, JSON.stringify(key), JSON.stringify(value))
  }
}
