import { setTimeout as sleep } from 'node:timers/promises'
import { CaseSkipped } from './case-skipped.ts'
import type { CaseContext } from './context.ts'
import { message } from './fixtures.ts'

/**
 * Milliseconds to wait for the next tick of a clock, at first; some clocks tick once a second, and changes within one tick push
 * `updatedAt` ahead of the clock. Only then is a clock moved: a harness may do that by moving what is stored.
 */
const waitsMs = [1, 2, 4, 8, 16, 32, 64, 250, 250, 250, 250, 250]
/** How often something is tried that a busy machine can keep from happening. */
const maxAttempts = 5
const turnMs = 10

/**
 * Lets time pass until what the store writes now is later than `since`: as long as both fall on one tick of the clock, the time of
 * a write and the time of asking are the same, and no check tells them apart. Skips the case where the clock stands still.
 */
export async function passTime(t: CaseContext, since: Date | undefined): Promise<void> {
  for (const waitMs of waitsMs) {
    const probe = await t.sessionWith(['info'])
    await probe.addItems([message('what time is it?')])
    const now = (await probe.info())?.createdAt
    await probe.clearSession()
    if (since === undefined || now === undefined || now > since) return
    if (waitMs > 100 && t.has('ttl')) await t.advance(1_000)
    else await sleep(waitMs)
  }
  throw new CaseSkipped('the clock of the store stands still, so its times tell nothing')
}

/**
 * A check that holds only as long as real time stays within a margin. Where it fails and the machine took longer than that, the
 * failure tells nothing: it is tried again, and skipped where the machine is never fast enough.
 */
export async function withinMargin(marginMs: number, attempt: () => Promise<void>): Promise<void> {
  for (let attempts = 0; attempts < maxAttempts; attempts++) {
    const start = performance.now()
    try {
      await attempt()
      return
    } catch (error) {
      if (error instanceof CaseSkipped || performance.now() - start < marginMs) throw error
    }
  }
  throw new CaseSkipped(`the machine took longer than ${marginMs} ms in each of ${maxAttempts} attempts`)
}

/**
 * A check of a race. An attempt says whether the race happened, that is, whether the others came in between; where it did not, a pass
 * tells nothing, and it is tried again.
 */
export async function whenRaced(what: string, attempt: () => Promise<boolean>): Promise<void> {
  for (let attempts = 0; attempts < maxAttempts; attempts++) if (await attempt()) return
  throw new CaseSkipped(`${what}: that did not happen in ${maxAttempts} attempts`)
}

/**
 * What is to come without waiting for anything. Counted in turns of a timer, of which a machine that holds the process up makes none:
 * so it is the store that took its time.
 * @param maxTurns - of 10 ms; by default several times what a watch may take to look
 */
export async function soon<T>(what: string, promise: Promise<T>, maxTurns = 400): Promise<T> {
  let turns = 0
  const late = Promise.withResolvers<never>()
  const timer = setInterval(() => {
    if (++turns === maxTurns) late.reject(new Error(`${what} did not come soon.`))
  }, turnMs)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearInterval(timer)
  }
}
