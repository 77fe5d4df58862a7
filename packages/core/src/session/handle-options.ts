import type { OptionTypes } from '../call/validate.ts'
import type { AgentInputItem } from '../codec/agent-input-item.ts'
import type { ItemCodec } from '../codec/item-codec.ts'

/** How a session reads and writes its records. */
export interface StoredSessionOptions<TItem extends object = AgentInputItem> {
  /** How an item becomes a record. Default: `jsonCodec`. */
  codec?: ItemCodec<TItem>
  /** What a read does with a record that cannot be decoded. Default: `throw`. `popItem` always throws. */
  onCorrupt?: 'throw' | 'skip'
  /**
   * How many of the newest items `getItems()` gives where it is called without a limit, as the runner does: Python's `SessionSettings(limit=…)`.
   * It may part a call from its result; `sessionInputCallback: keepLastItems(n)` does not. Nothing else goes by it. Default: all.
   */
  limit?: number
  /** Whether `close()` closes the store too. Default: false. */
  ownsStore?: boolean
}

/** The options of every handle of a session. */
export const handleTypes: OptionTypes = { codec: 'object', onCorrupt: 'string', limit: 'number' }
