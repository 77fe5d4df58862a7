import { rounds, startRedisCluster } from '@sessions/test-servers'
import { expect, it, onTestFinished } from 'vitest'
import { record, Writers } from './support/writers.ts'

const kills = rounds(10, 1)

it('loses and doubles nothing that was acknowledged while primaries of a cluster are killed', async () => {
  await using cluster = await startRedisCluster({ own: true, settings: { 'cluster-node-timeout': '1000' } })
  const place = { kind: 'cluster', rootNodes: [...cluster.rootNodes] } as const
  const options = { waitForReplicas: { count: 1, timeoutMs: 500 }, retries: 8, busyTimeoutMs: 1_000, timeoutMs: 1_000 }
  const writers = new Writers(place, options, 6)
  onTestFinished(() => writers.kill())
  await writers.progress(20)
  for (let round = 0; round < kills; round++) {
    const roles = await Promise.all(cluster.nodes.map((node) => node.role()))
    const primaries = cluster.nodes.filter((_, index) => roles[index] === 'master')
    const victim = primaries[round % primaries.length]
    await victim?.kill()
    // Six sessions in turn, over all three shards: progress needs the shard that was hit.
    await writers.progress(30)
    await victim?.start()
    await cluster.settled()
    await writers.progress(10)
  }
  const figures = await writers.stop()
  record(`Cluster: primary killed ${kills} times, WAIT 1`, figures)
  expect(figures).toMatchObject({ duplicated: 0, lost: 0, denied: 0 })
  expect(figures.acknowledged).toBeGreaterThan(100)
})
