import { SessionError } from '../errors/session-error.ts'
import type { CommitResult } from './history-change.ts'

/** @throws SESSION_LEASE_LOST for `lost` */
export function unlessLost<T extends CommitResult | boolean>(result: T | 'lost'): T {
  const isLost = result === 'lost' || (typeof result === 'object' && result.status === 'lost')
  if (!isLost) return result as T
  const message = 'The session is no longer held: another holder took it, or the lease ran out. Nothing was changed.'
  throw new SessionError('SESSION_LEASE_LOST', message)
}
