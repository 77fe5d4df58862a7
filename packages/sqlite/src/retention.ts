import { setTimeout as delay } from 'node:timers/promises'
import { type LongCall, yieldIfLong } from '@sessions/core'
import type { Access } from './access.ts'
import { type EraseCondition, eraseSession } from './changes.ts'
import { forgetLeases } from './leases.ts'
import type { Statements } from './statements.ts'
import { toTimestamp } from './timestamps.ts'

/** A session to erase, on a condition. */
interface Target extends EraseCondition {
  sessionId: string
}

/** Milliseconds after which a transaction takes no further session: others wait for it, and so does the event loop. */
const transactionMs = 10
/** Rows that one statement looks at or removes: a few milliseconds. */
const pageSize = 500

/** Erases one, as `eraseSession` says. */
export async function eraseOne(
  access: Access,
  { sessionId, ...condition }: Target,
  now: () => number,
): Promise<boolean | 'lost'> {
  const erased = await access.write((statements) => eraseSession(statements, sessionId, now(), condition), sessionId)
  access.tell(sessionId)
  await access.scrub()
  return erased
}

/** Erases sessions, and what was in them from the disk. Resolves to how many. */
export async function eraseEach(access: Access, targets: readonly Target[], now: () => number): Promise<number> {
  const erased = await eraseInSlices(access, targets, now)
  await access.scrub()
  return erased
}

/** As many in each transaction as its time allows. */
async function eraseInSlices(access: Access, targets: readonly Target[], now: () => number): Promise<number> {
  let [erased, next] = [0, 0]
  while (next < targets.length) {
    await yieldIfLong()
    const begun = performance.now()
    const batch = await access.write((statements) => {
      const until = performance.now() + transactionMs
      let [index, count] = [next, 0]
      do {
        const { sessionId, ...condition } = targets[index++] as Target
        if (eraseSession(statements, sessionId, now(), condition) === true) count++
      } while (index < targets.length && performance.now() < until)
      return { index, count }
    })
    for (const { sessionId } of targets.slice(next, batch.index)) access.tell(sessionId)
    next = batch.index
    erased += batch.count
    // SQLite has no line for its lock: whoever waits asks now and then, and would find it taken again.
    if (next < targets.length) await delay(performance.now() - begun)
  }
  return erased
}

/** Erases the sessions whose time is over, and forgets operations. Resolves to the number of sessions. */
export async function purgeExpired(access: Access, now: number, call: LongCall): Promise<number> {
  let purged = 0
  for await (const over of expiredSessions(access, now)) {
    purged += await eraseInSlices(access, over, () => now)
    await call.step({ done: purged })
  }
  const forget = async (page: (statements: Statements) => number): Promise<void> => {
    for (let forgotten = pageSize; forgotten === pageSize; ) {
      await yieldIfLong()
      forgotten = await access.write(page)
      await call.step({ done: purged })
    }
  }
  await forget(({ forgetOperations }) => forgetOperations.run(toTimestamp(now), pageSize).changes)
  await forget((statements) => forgetLeases(statements, now, pageSize))
  await access.scrub()
  return purged
}

/** Sessions whose time may be over come first to last by when; one that Python wrote since lives longer, and is looked at each time. */
async function* expiredSessions(access: Access, now: number): AsyncIterable<Target[]> {
  let [at, from] = [Number.MIN_SAFE_INTEGER, '']
  for (;;) {
    await yieldIfLong()
    const page = await access.read(({ expired }) => {
      return expired.all({ at, from, now, limit: pageSize }) as { sessionId: string; at: number; over: number }[]
    })
    const over = page.filter((row) => row.over === 1).map(({ sessionId }) => ({ sessionId, over: true }))
    if (over.length > 0) yield over
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    at = last.at
    from = last.sessionId
  }
}
