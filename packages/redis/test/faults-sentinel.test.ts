import { rounds, startRedisSentinel } from '@sessions/test-servers'
import { expect, it, onTestFinished } from 'vitest'
import { record, Writers } from './support/writers.ts'

const kills = rounds(10, 1)

it('loses and doubles nothing that was acknowledged while the primary under Sentinel is killed', async () => {
  await using sentinel = await startRedisSentinel({ own: true })
  const place = { kind: 'sentinel', name: sentinel.name, sentinels: [...sentinel.sentinels] } as const
  const options = { waitForReplicas: { count: 1, timeoutMs: 500 }, retries: 8, busyTimeoutMs: 1_000, timeoutMs: 1_000 }
  const writers = new Writers(place, options, 2)
  onTestFinished(() => writers.kill())
  await writers.progress(20)
  for (let round = 0; round < kills; round++) {
    const victim = await sentinel.primary()
    await victim.kill()
    await writers.progress(20)
    await victim.start()
    // What was the primary comes back as a replica, or as what it was if nobody took over.
    await expect.poll(async () => (await sentinel.primary()).role()).toBe('master')
    await writers.progress(10)
  }
  const figures = await writers.stop()
  record(`Sentinel: primary killed ${kills} times, WAIT 1`, figures)
  expect(figures).toMatchObject({ duplicated: 0, lost: 0, denied: 0 })
  expect(figures.acknowledged).toBeGreaterThan(100)
})
