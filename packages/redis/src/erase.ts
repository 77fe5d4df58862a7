import type { Connection } from './connection.ts'
import { toErased } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** Which session, and what must be so. */
export interface Erasure {
  sessionId: string
  keys: readonly string[]
  unchangedSince: Date | undefined
  lease: string | undefined
  channel: string | undefined
}

/** Removes a session with all its keys. Whether there was one; `lost` where the lease is not held. */
export function erase(connection: Connection, erasure: Erasure): Promise<boolean | 'lost'> {
  const { sessionId, keys, unchangedSince, lease, channel } = erasure
  const since = unchangedSince === undefined ? '' : `${unchangedSince.getTime()}`
  const args = [sessionId, since, lease ?? '', channel ?? '']
  return connection.write({ script: scripts.erase, keys, args }, false, toErased)
}
