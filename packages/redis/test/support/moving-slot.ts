import type { RedisCluster, RedisNode } from '@sessions/test-servers'
import type { RedisClientType } from 'redis'
import { slotOf } from '../../src/slot.ts'
import { withClient } from './primaries.ts'

/** A slot of a cluster that is just moving from one primary to another, and stays so until it is closed. */
export interface MovingSlot {
  readonly slot: number
  /** Moves keys that are there. */
  move(...keys: string[]): Promise<void>
  /** All keys follow, and the slot belongs to the other one. */
  finish(): Promise<void>
}

/** Opens the slot of a key. */
export async function openSlot(cluster: RedisCluster, key: string): Promise<MovingSlot> {
  const slot = slotOf(key)
  const [source, target] = await sourceAndTarget(cluster, slot)
  const [sourceId, targetId] = await Promise.all([source, target].map(({ url }) => command(url, 'CLUSTER', 'MYID')))
  await command(target.url, 'CLUSTER', 'SETSLOT', `${slot}`, 'IMPORTING', `${sourceId}`)
  await command(source.url, 'CLUSTER', 'SETSLOT', `${slot}`, 'MIGRATING', `${targetId}`)
  const move = async (...keys: string[]): Promise<void> => {
    if (keys.length === 0) return
    await command(source.url, 'MIGRATE', '127.0.0.1', `${target.port}`, '', '0', '5000', 'KEYS', ...keys)
  }
  return {
    slot,
    move,
    finish: async () => {
      const keys = await command(source.url, 'CLUSTER', 'GETKEYSINSLOT', `${slot}`, '1000')
      await move(...(keys as string[]))
      for (const { url } of [target, source]) await command(url, 'CLUSTER', 'SETSLOT', `${slot}`, 'NODE', `${targetId}`)
    },
  }
}

async function sourceAndTarget(cluster: RedisCluster, slot: number): Promise<[RedisNode, RedisNode]> {
  const masters = cluster.nodes.slice(0, 3)
  const own = await Promise.all(
    masters.map(async ({ url }) => ownsSlot(String(await command(url, 'CLUSTER', 'NODES')), slot)),
  )
  const source = masters[own.indexOf(true)]
  const target = masters[own.indexOf(false)]
  if (source === undefined || target === undefined) throw new Error('Nobody has the slot.')
  return [source, target]
}

function ownsSlot(nodes: string, slot: number): boolean {
  const line = nodes.split('\n').find((text) => text.includes('myself')) ?? ''
  const ranges = line.split(' ').slice(8)
  return ranges.some((range) => {
    const [from = Number.NaN, to = from] = range.split('-').map(Number)
    return from <= slot && slot <= to
  })
}

function command(url: string, ...args: string[]): Promise<unknown> {
  return withClient(url, (client: RedisClientType) => client.sendCommand(args) as unknown as Promise<unknown>)
}
