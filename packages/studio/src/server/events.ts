import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenStore } from '@sessions/cli/program'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { LiveEvent } from '../shared/api.ts'
import { isUnreadable, leaseOf } from './sessions.ts'

/** How often a lease is looked at, in milliseconds: nobody tells of it. */
const leaseEveryMs = 1_000

/** What happens to a session, as server-sent events, until the page goes or the store is closed. */
export function liveEvents(context: Context, opened: OpenStore, sessionId: string, after: string | null): Response {
  return streamSSE(context, async (stream) => {
    const ended = new AbortController()
    stream.onAbort(() => ended.abort())
    const send = async (event: LiveEvent): Promise<void> => await stream.writeSSE({ data: JSON.stringify(event) })
    const { signal } = ended
    try {
      await Promise.race([watch(opened, sessionId, after, signal, send), tellLease(opened, sessionId, signal, send)])
    } catch (error) {
      // The page asks again after a while, and is told by an answer what is wrong.
      if (!signal.aborted && process.env.NODE_DEBUG?.includes('sessions')) throw error
    } finally {
      ended.abort()
    }
  })
}

/** Says that something was added: the page reads it, so that what cannot be decoded is shown as what it is. */
async function watch(
  { store, bare }: OpenStore,
  sessionId: string,
  after: string | null,
  signal: AbortSignal,
  send: (event: LiveEvent) => Promise<void>,
): Promise<void> {
  let from = after
  while (!signal.aborted) {
    try {
      for await (const { type } of store.session(sessionId).watch({ after: from, signal })) await send({ type })
      return
    } catch (error) {
      if (!isUnreadable(error)) throw error
      // On from the record that cannot be read, or what came after it.
      const { entries } = await bare.records.entries(sessionId, { limit: 1 })
      const newest = entries.at(-1)?.id ?? null
      if (newest === from) await sleep(leaseEveryMs, undefined, { signal })
      from = newest
      await send({ type: 'added' })
    }
  }
}

async function tellLease(
  opened: OpenStore,
  sessionId: string,
  signal: AbortSignal,
  send: (event: LiveEvent) => Promise<void>,
): Promise<void> {
  let told: string | null | undefined
  for (;;) {
    const lease = (await leaseOf(opened, sessionId)) ?? null
    const now = lease?.until ?? null
    if (now !== told) await send({ type: 'lease', lease })
    told = now
    await sleep(leaseEveryMs, undefined, { signal })
  }
}
