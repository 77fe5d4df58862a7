import type { OpenStore } from '@sessions/cli/program'
import type { StoredSession } from '@sessions/core'
import { Refusal } from './failure.ts'
import { leaseOf } from './sessions.ts'

/** How long others wait at most for a studio that was killed while it wrote, in milliseconds. */
const leaseMs = 5_000

/**
 * Writes a session while this studio holds it as `exclusive` does, so that no run begins on what is about to change. Whoever holds it already
 * is not disturbed. `held` says whether the hold is lost meanwhile.
 * @throws Refusal where somebody else holds it
 */
export async function whileUnheld<T>(
  opened: OpenStore,
  sessionId: string,
  work: (session: StoredSession, held: { assertHeld(): void }) => Promise<T>,
): Promise<T> {
  const session = opened.store.session(sessionId)
  const hold = await session.acquire({ whenBusy: 'reject', leaseMs }).catch(async (error: { code?: unknown }) => {
    if (error.code === 'SESSION_UNSUPPORTED') return undefined
    if (error.code === 'SESSION_IN_USE') throw await inUse(opened, sessionId)
    throw error
  })
  if (hold === undefined) return await work(session, { assertHeld: () => {} })
  try {
    return await work(hold.session, { assertHeld: () => hold.signal.throwIfAborted() })
  } finally {
    // One that cannot be given back ends by itself.
    await hold.release().catch(() => undefined)
  }
}

async function inUse(opened: OpenStore, sessionId: string): Promise<Refusal> {
  const lease = await leaseOf(opened, sessionId)
  const until = lease === undefined ? 'It has just been given back.' : `It is held until ${lease.until}, or longer.`
  return new Refusal(409, `A run holds this session by exclusive or acquire. ${until} Nothing was changed.`)
}
