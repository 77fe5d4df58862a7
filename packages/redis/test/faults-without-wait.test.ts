import { startRedisSentinel } from '@sessions/test-servers'
import { expect, it, onTestFinished } from 'vitest'
import { withClient } from './support/primaries.ts'
import { record, Writers } from './support/writers.ts'

/** What Redis does not promise: a primary acknowledges before its replicas have it. */
it.each([
  ['without waitForReplicas', {}],
  ['with waitForReplicas', { waitForReplicas: { count: 1, timeoutMs: 300 } }],
])('a failover to replicas that lag behind, %s', async (name, wait) => {
  await using sentinel = await startRedisSentinel({ own: true })
  const place = { kind: 'sentinel', name: sentinel.name, sentinels: sentinel.sentinels } as const
  const writers = new Writers(place, { retries: 8, busyTimeoutMs: 1_000, timeoutMs: 1_000, ...wait }, 2)
  onTestFinished(() => writers.kill())
  await writers.progress(20)
  const primary = await sentinel.primary()
  const replicas = sentinel.nodes.filter((node) => node !== primary)
  // Replicas that stand still for a moment and lose touch, as on a busy machine or network.
  for (const { pid } of replicas) process.kill(pid, 'SIGSTOP')
  await withClient(primary.url, (client) => client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'replica']))
  if (name.startsWith('without')) await writers.progress(20)
  else await writers.setbacks(4)
  await primary.kill()
  for (const { pid } of replicas) process.kill(pid, 'SIGCONT')
  await writers.progress(20)
  const figures = await writers.stop()
  record(`Sentinel: failover to lagging replicas, ${name}`, figures)
  expect(figures.duplicated).toBe(0)
  if (name.startsWith('without')) expect(figures.lost).toBeGreaterThan(0)
  else expect(figures.lost).toBe(0)
})
