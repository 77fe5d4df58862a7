import { firstFailure } from '@sessions/core'
import type { SessionKeys } from './keys.ts'
import { toErased } from './replies.ts'
import { scripts } from './scripts/script.ts'
import type { Writer } from './session-index.ts'

/** Which session, on which conditions, and whom to tell. */
interface EraseTarget {
  sessionId: string
  unchangedSince: Date | undefined
  lease: string | undefined
  leaseKey: string
  channel: string | undefined
  cluster: boolean
}

/** Removes a session with all its keys. Whether there was one; `lost` where the lease is not held. */
export function eraseSession(
  writer: Writer,
  { hash, list, counter }: SessionKeys,
  { sessionId, unchangedSince, lease, leaseKey, channel, cluster }: EraseTarget,
): Promise<boolean | 'lost'> {
  const since = unchangedSince === undefined ? '' : `${unchangedSince.getTime()}`
  const args = [sessionId, since, lease ?? '', channel ?? '']
  // Python cannot use a cluster, and a key that is not there is refused where its slot is just moving.
  const keys = cluster ? [hash, list] : [hash, list, counter]
  if (lease !== undefined) keys.push(leaseKey)
  return writer.write({ script: scripts.erase, keys, args }, false, toErased)
}

/** How many there were. Rejects where one failed, when all are settled. */
export async function countErased(erasures: readonly Promise<boolean | 'lost'>[]): Promise<number> {
  return (await firstFailure(erasures)).filter((isErased) => isErased === true).length
}
