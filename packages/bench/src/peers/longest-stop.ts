import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'

const resolution = 1

/**
 * Milliseconds for which the event loop stood still at the longest while this was done: no timer and no other callback ran.
 * It is measured by a timer of every millisecond, which has to have run before and after.
 */
export async function longestStop(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  await setTimeout(5)
  await work()
  await setTimeout(5)
  delay.disable()
  return delay.max / 1e6
}
