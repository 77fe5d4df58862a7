import type { AgentInputItem } from '../codec/agent-input-item.ts'
import type { ItemCodec } from '../codec/item-codec.ts'
import type { RecordStore } from '../store/record-store.ts'

/** What a stored session is made of. */
export interface SessionParts<TItem extends object = AgentInputItem> {
  store: RecordStore
  codec: ItemCodec<TItem>
  onCorrupt: 'throw' | 'skip'
  /** How many items `getItems()` gives; all where it is absent. */
  limit?: number
}

/** Where a stored session keeps its parts; the same symbol in every copy of this package. */
export const parts: unique symbol = Symbol.for('@sessions/core.parts')

/** A stored session taken apart: for wrappers, which make a session of their own of it. `undefined` for any other object. */
export function partsOf<TItem extends object = AgentInputItem>(
  session: object,
): Readonly<SessionParts<TItem>> | undefined {
  return (session as { [parts]?: Readonly<SessionParts<TItem>> })[parts]
}
