import type { ListedSession, SessionInfo } from '@sessions/core'
import { type TurnUsageRow, toCountedTurn } from './branch/turn-usage.ts'
import type { Statements } from './statements.ts'
import { fromTimestamp } from './timestamps.ts'

/** What the statement `head` gives. */
export interface HeadRow {
  sessionId: string
  createdAt: string
  updatedAt: string
  endsAt: number | null
  metadata: string | null
}

/** What the statement `info` gives. */
interface InfoRow extends HeadRow {
  itemCount: number
}

export function infoOf(statements: Statements, sessionId: string, now: number): SessionInfo | undefined {
  const row = statements.info.get({ id: sessionId, now }) as InfoRow | undefined
  return row && toListed(row, { itemCount: row.itemCount }, usageOf(statements, sessionId))
}

/** Without the number of its items, which takes the longer to count the more there are. */
export function headOf(statements: Statements, sessionId: string, now: number): ListedSession | undefined {
  const row = statements.head.get({ id: sessionId, now }) as HeadRow | undefined
  return row && toListed(row, {}, usageOf(statements, sessionId))
}

function usageOf({ turnUsage }: Statements, sessionId: string): readonly TurnUsageRow[] | undefined {
  return turnUsage?.all(sessionId) as TurnUsageRow[] | undefined
}

/** Its fields in the order that they have in every store. */
export function toListed<Count extends { itemCount?: number }>(
  { sessionId, createdAt, updatedAt, endsAt, metadata }: HeadRow,
  counted: Count,
  turns: readonly TurnUsageRow[] = [],
): ListedSession & Count {
  const info: ListedSession & Count = {
    sessionId,
    createdAt: new Date(fromTimestamp(createdAt)),
    updatedAt: new Date(fromTimestamp(updatedAt)),
    ...counted,
  }
  if (endsAt !== null) info.expiresAt = new Date(endsAt)
  if (metadata !== null) info.metadata = JSON.parse(metadata)
  if (turns.length > 0) info.countedTurns = turns.map(toCountedTurn)
  return info
}
