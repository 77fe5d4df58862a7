import { MemoryStore, yieldIfLong } from '@sessions/core'
import { ManualClock } from '@sessions/core/testing'
import { expect, it } from 'vitest'

const item = { role: 'user', content: 'hello' } as const

/** Milliseconds of computing for which timers had to wait at most while the work ran; what other processes take does not count. */
async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let before = process.threadCpuUsage()
  const tick = (): void => {
    const { user, system } = process.threadCpuUsage(before)
    longest = Math.max(longest, (user + system) / 1_000)
    before = process.threadCpuUsage()
  }
  const timer = setInterval(tick, 1)
  await work()
  tick()
  clearInterval(timer)
  return longest
}

/** Computes for some milliseconds. */
function compute(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

it('a lone step does not wait, however long the process was busy before', async () => {
  compute(30)
  await new Promise((resolve) => setImmediate(resolve))
  expect(yieldIfLong()).toBeUndefined()
})

it('steps wait for the next turn once they have taken ten milliseconds, and go on in the order of asking', async () => {
  await new Promise((resolve) => setImmediate(resolve))
  expect(yieldIfLong()).toBeUndefined()
  compute(15)
  const order: string[] = []
  setImmediate(() => order.push('another'))
  const waiting = [0, 1, 2].map(async (index) => {
    await yieldIfLong()
    order.push(`${index}`)
    if (index === 0) compute(15)
  })
  const late = Promise.resolve(waiting[0]).then(async () => {
    await yieldIfLong()
    order.push('late')
  })
  await Promise.all([...waiting, late])
  expect(order.indexOf('another')).toBeLessThan(order.indexOf('1'))
  expect(order.filter((each) => each !== 'another')).toEqual(['0', '1', '2', 'late'])
})

it('no loop over a MemoryStore keeps timers waiting', async () => {
  const clock = new ManualClock()
  const store = new MemoryStore({ clock, ttl: 60 })
  const count = 20_000
  const write = async (): Promise<void> => {
    for (let index = 0; index < count; index++) await store.session(`s${index}`).addItems([item])
  }
  const list = async (): Promise<void> => {
    let found = 0
    for await (const _ of store.listSessions()) found++
    expect(found).toBe(count)
  }
  const purge = async (): Promise<void> => {
    clock.advance(61_000)
    expect(await store.purgeExpired()).toBe(count)
  }
  const erase = async (): Promise<void> => expect(await store.deleteSessions({ prefix: 's' })).toBe(count)
  for (const loop of [write, list, purge, write, erase]) expect(await longestTurnMs(loop)).toBeLessThan(100)
})
