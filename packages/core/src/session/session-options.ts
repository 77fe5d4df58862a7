import { assertOptions, type OptionTypes } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import { handleTypes, type StoredSessionOptions } from './handle-options.ts'

/** What a session class takes beside the options of its store. */
export interface SessionOptions<TItem extends object = AgentInputItem>
  extends Omit<StoredSessionOptions<TItem>, 'ownsStore'> {
  /** Any non-empty, well-formed string of up to 255 UTF-16 units without NUL. */
  sessionId: string
}

export const sessionTypes: OptionTypes = { sessionId: 'string', ...handleTypes }

/**
 * The options of a session class taken apart: what is its store's, and what is the session's, which owns that store.
 * @throws TypeError that names the unknown, missing or mistyped option, never its value
 */
export function splitSessionOptions<TStore extends object, TItem extends object>(
  owner: string,
  options: TStore & SessionOptions<TItem>,
  storeTypes: OptionTypes,
): { sessionId: string; store: TStore; session: StoredSessionOptions<TItem> } {
  assertOptions(owner, options, { ...sessionTypes, ...storeTypes }, ['sessionId'])
  const { sessionId, codec, onCorrupt, limit, ...store } = options
  const session: StoredSessionOptions<TItem> = { ownsStore: true }
  if (codec !== undefined) session.codec = codec
  if (onCorrupt !== undefined) session.onCorrupt = onCorrupt
  if (limit !== undefined) session.limit = limit
  return { sessionId, store: store as unknown as TStore, session }
}
