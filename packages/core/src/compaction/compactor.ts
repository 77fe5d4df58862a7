import type { AgentInputItem } from '../codec/agent-input-item.ts'

/** How a compaction is asked for, as in the SDK. */
export interface RunCompactionArgs {
  responseId?: string | undefined
  compactionMode?: 'previous_response_id' | 'input' | 'auto'
  /** Whether the API keeps the last response. */
  store?: boolean
  /** Whether to compact although it is not time. */
  force?: boolean
}

/** What a compaction has cost, as the SDK counts a request. */
export interface CompactionResult {
  usage: {
    inputTokens: number
    outputTokens: number
    totalTokens: number
    inputTokensDetails: Record<string, number>
    outputTokensDetails: Record<string, number>
    endpoint?: string
  }
}

/** What a run's last request held, by which the SDK decides whether compaction may stand for all that is stored. */
export interface ModelExchange {
  items: AgentInputItem[]
  responseId?: string
  reasoningItemIdPolicy?: 'preserve' | 'omit'
}

/** What is needed of a session to compact it, by shape. */
export interface UnderlyingSession<TItem extends object = AgentInputItem> {
  getSessionId(): Promise<string>
  getItems(limit?: number): Promise<TItem[]>
  addItems(items: TItem[]): Promise<void>
  popItem(): Promise<TItem | undefined>
  clearSession(): Promise<void>
}

/** A way to compact a session: everything that goes through a compacting session beside reads. */
export interface Compactor<TItem extends object> {
  /** @param ownership - `undefined` for a manual run; what no longer owns the history skips, with `null` */
  run(
    args: RunCompactionArgs,
    ownership: object | null | undefined,
    exchange?: ModelExchange,
  ): Promise<CompactionResult | null>
  getItemsWithOwnership(): Promise<{ items: TItem[]; ownership: object }>
  addItems(items: TItem[], ownership: object | null): Promise<void>
  popItem(): Promise<TItem | undefined>
  clearSession(): Promise<void>
}
