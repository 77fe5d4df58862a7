import type { SessionInfo } from '@sessions/core'
import { type TurnUsageRow, toCountedTurn } from './branch/turn-usage.ts'
import { fromTimestamp } from './timestamps.ts'

/** What the statement `info` gives. */
export interface InfoRow {
  sessionId: string
  createdAt: string
  updatedAt: string
  endsAt: number | null
  itemCount: number
  metadata: string | null
}

export function toInfo(
  { sessionId, createdAt, updatedAt, endsAt, itemCount, metadata }: InfoRow,
  turns: readonly TurnUsageRow[] = [],
): SessionInfo {
  const info: SessionInfo = {
    sessionId,
    createdAt: new Date(fromTimestamp(createdAt)),
    updatedAt: new Date(fromTimestamp(updatedAt)),
    itemCount,
  }
  if (endsAt !== null) info.expiresAt = new Date(endsAt)
  if (metadata !== null) info.metadata = JSON.parse(metadata)
  if (turns.length > 0) info.countedTurns = turns.map(toCountedTurn)
  return info
}
