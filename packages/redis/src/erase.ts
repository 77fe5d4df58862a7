import type { ScriptCall } from './connection.ts'
import type { SessionKeys } from './keys.ts'
import { scripts } from './scripts/script.ts'

/** Which session, on which conditions. */
interface EraseTarget {
  sessionId: string
  unchangedSince: Date | undefined
  lease: string | undefined
  leaseKey: string
}

/** Removing a session as a call of its script. */
export function eraseCall(
  { hash, list, counter }: SessionKeys,
  { sessionId, unchangedSince, lease, leaseKey }: EraseTarget,
  channel: string | undefined,
  cluster: boolean,
): ScriptCall {
  const since = unchangedSince === undefined ? '' : `${unchangedSince.getTime()}`
  const args = [sessionId, since, lease ?? '', channel ?? '']
  // Python cannot use a cluster, and a key that is not there is refused where its slot is just moving.
  const keys = cluster ? [hash, list] : [hash, list, counter]
  if (lease !== undefined) keys.push(leaseKey)
  return { script: scripts.erase, keys, args }
}

/** How many there were. Rejects where one failed, when all are settled. */
export async function countErased(erasures: readonly Promise<boolean | 'lost'>[]): Promise<number> {
  const calls = await Promise.allSettled(erasures)
  for (const call of calls) if (call.status === 'rejected') throw call.reason
  return calls.filter((call) => call.status === 'fulfilled' && call.value === true).length
}
