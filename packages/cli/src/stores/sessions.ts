import type { SessionInfo } from '@sessions/core'
import { Failure } from '../exit-codes.ts'
import type { OpenStore } from './open-store.ts'

/** @throws Failure where there is no such session, or none can be called so */
export async function findSession({ store }: OpenStore, sessionId: string): Promise<SessionInfo> {
  try {
    const info = await store.getSessionInfo(sessionId)
    if (info !== undefined) return info
  } catch (error) {
    if (error instanceof TypeError) throw new Failure('usage', error.message, { cause: error })
    throw error
  }
  throw new Failure('missing', `There is no session ${sessionId}.`)
}

/** What is known of a session, as `--json` prints it. */
export function infoValue({ sessionId, createdAt, updatedAt, itemCount, expiresAt, metadata }: SessionInfo): object {
  return { sessionId, createdAt, updatedAt, itemCount, expiresAt, metadata }
}

export const infoType =
  '{ sessionId: string, createdAt: string, updatedAt: string, itemCount: number, expiresAt?: string, metadata?: object }'
