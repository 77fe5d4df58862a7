import type { LongCall } from '@sessions/core'
import { type Listing, scanIds } from './listing.ts'
import { toNumber } from './replies.ts'
import { scripts } from './scripts/script.ts'

/** How many sessions are asked at a time. */
const atOnce = 50
/** How many ids of one session are forgotten by one script, which others wait for. */
const idsAtOnce = 500

/** Forgets what sessions remember of operations and attempts beyond their time. A session that is written does so by itself. */
export async function forgetIds(listing: Listing, call: LongCall): Promise<void> {
  for await (const ids of scanIds(listing, '')) {
    for (let start = 0; start < ids.length; start += atOnce) {
      await Promise.all(ids.slice(start, start + atOnce).map((id) => forgetOf(listing, id)))
      // No session goes by it.
      await call.step({ done: 0 })
    }
  }
}

async function forgetOf({ connection, locate }: Listing, sessionId: string): Promise<void> {
  const { hash } = await locate(sessionId)
  const call = { script: scripts.forget, keys: [hash], args: [`${idsAtOnce}`] }
  let forgotten: number
  do {
    forgotten = await connection.readByScript(call, toNumber)
  } while (forgotten === idsAtOnce)
}
