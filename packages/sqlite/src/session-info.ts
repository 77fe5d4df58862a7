import type { SessionInfo } from '@sessions/core'
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

export function toInfo({ sessionId, createdAt, updatedAt, endsAt, itemCount, metadata }: InfoRow): SessionInfo {
  const info: SessionInfo = {
    sessionId,
    createdAt: new Date(fromTimestamp(createdAt)),
    updatedAt: new Date(fromTimestamp(updatedAt)),
    itemCount,
  }
  if (endsAt !== null) info.expiresAt = new Date(endsAt)
  if (metadata !== null) info.metadata = JSON.parse(metadata)
  return info
}
