import type { JSONValue } from '../codec/json.ts'

/** A fork: what to take of `from`, and what goes over its metadata in `to`. */
export interface ForkRequest {
  from: string
  to: string
  /** The id of the last entry to take; all without it. */
  upTo?: string
  metadata: Record<string, JSONValue | undefined>
}

/** `exists`: there is a session `to`; `absent`: there is no `from`, or no entry `upTo` in it. Nothing was changed then. */
export type ForkResult = 'forked' | 'exists' | 'absent'

/** What a fork's metadata are: the source's without its usage, the option's over them, and where it comes from. */
export function forkMetadata(
  { from, metadata }: Pick<ForkRequest, 'from' | 'metadata'>,
  source: Readonly<Record<string, JSONValue>>,
): Record<string, JSONValue> {
  const { usage: _, ...kept } = source
  const merged: Record<string, JSONValue | undefined> = { ...kept, ...metadata, forkedFrom: from }
  for (const key of Object.keys(merged)) if (merged[key] === undefined) delete merged[key]
  return merged as Record<string, JSONValue>
}
