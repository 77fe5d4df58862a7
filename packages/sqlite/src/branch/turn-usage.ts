import type { CountedTurn } from '@sessions/core'
import { fromTimestamp } from '../timestamps.ts'

/** A row of Python's `turn_usage`. */
export interface TurnUsageRow {
  turn: number
  requests: number | null
  inputTokens: number | null
  outputTokens: number | null
  inputDetails: string | null
  outputDetails: string | null
  at: string | null
}

export function toCountedTurn(row: TurnUsageRow): CountedTurn {
  return {
    turn: row.turn,
    at: new Date(fromTimestamp(row.at)),
    requests: row.requests ?? 0,
    inputTokens: row.inputTokens ?? 0,
    outputTokens: row.outputTokens ?? 0,
    cachedTokens: detail(row.inputDetails, 'cached_tokens'),
    reasoningTokens: detail(row.outputDetails, 'reasoning_tokens'),
  }
}

/** Python passes over details that it cannot read, and so do we. */
function detail(details: string | null, name: string): number {
  try {
    const value: unknown = JSON.parse(details ?? '{}')?.[name]
    return typeof value === 'number' ? value : 0
  } catch (error) {
    if (error instanceof SyntaxError) return 0
    throw error
  }
}
