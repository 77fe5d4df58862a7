import type { Call } from './call.ts'
import type { Driver, Layout } from './driver.ts'
import { NewServerError } from './new-server-error.ts'
import type { RedisClusterClient, RedisSingleClient } from './redis-client.ts'
import { startsWith } from './refusals.ts'
import { toText } from './replies.ts'
import { optionsFor, sendChainOn, sendOn } from './send.ts'
import { slotOf } from './slot.ts'

/** How often a pair follows a slot that has moved. */
const maxMoves = 5

export function clusterDriver(cluster: RedisClusterClient): Driver {
  const send = (call: Call, key: string, args: string[]): Promise<unknown> => {
    call.throwIfOver()
    call.sent = true
    return cluster.sendCommand(key, false, args, optionsFor(call))
  }
  const clientOf = async (node: unknown): Promise<RedisSingleClient> => cluster.nodeClient(node as never)
  const sendPair = async (call: Call, key: string, pair: string[][]): Promise<[unknown, unknown]> => {
    let asked: RedisSingleClient | undefined
    for (let moves = 0; ; moves++) {
      const client = asked ?? (await clientOf(cluster.slots[slotOf(key)]?.master))
      try {
        const replies = await sendChainOn(client, call, asked === undefined ? pair : [['ASKING'], ...pair])
        return replies.slice(-2) as [unknown, unknown]
      } catch (error) {
        const moved = startsWith(error, 'MOVED')
        if ((!moved && !startsWith(error, 'ASK')) || moves === maxMoves) throw error
        // Nothing was done. The cluster's client follows the slot, and knows where it is from then on.
        await send(call, key, ['LLEN', `${key}:messages`])
        asked = moved ? undefined : await askedClient(cluster, error as Error)
      }
    }
  }
  return {
    send,
    sendPair: (call, key, first, second) => sendPair(call, key, [first, second]),
    primaries: async () => {
      const clients = await Promise.all(cluster.masters.map(clientOf))
      return clients.map((client) => (call: Call, args: string[]) => sendOn(client, call, args))
    },
    layout: async (call, keyOf) => {
      const look = async (): Promise<Found> => {
        const clients = await Promise.all(cluster.masters.map(clientOf))
        const texts = await Promise.all(clients.map((client) => sendOn(client, call, ['CLUSTER', 'NODES'])))
        return read(texts.map(toText), cluster.masters.length)
      }
      const first = await look()
      for (const slot of first.newSlots) {
        // Where the client is wrong about a slot, it is told so, and asks for all of them anew.
        const key = keyIn(slot, keyOf)
        await send(call, key, ['LLEN', key])
      }
      const found = first.isComplete ? first : await look()
      if (!found.isComplete) throw new NewServerError()
      return found
    },
  }
}

interface Found extends Layout {
  /** Whether the client knows every server that may have keys. */
  isComplete: boolean
  /** Of each server that has slots, one of them, where there are more servers than the client knows. */
  newSlots: readonly number[]
}

/** The server that an ASK names. */
async function askedClient(cluster: RedisClusterClient, ask: Error): Promise<RedisSingleClient | undefined> {
  const node = cluster.nodeByAddress.get(ask.message.slice(ask.message.lastIndexOf(' ') + 1))
  return node === undefined ? undefined : ((await cluster.nodeClient(node as never)) as RedisSingleClient)
}

/**
 * What each server says of itself (https://redis.io/docs/latest/commands/cluster-nodes): `id address flags … slot slot …`, where
 * `[slot->-id]` is a slot that is moving to that server, and `[slot-<-id]` one that comes from there.
 */
function read(texts: readonly string[], known: number): Found {
  const lines = texts.flatMap((text) => text.split('\n').map((line) => line.split(' ')))
  const own = lines.filter(([, , flags = '']) => flags.includes('myself'))
  const text = own
    .map(([id, , , , , , , , ...slots]) => [id, ...slots].join(' '))
    .toSorted()
    .join('\n')
  const primaries = new Map<string, string | undefined>()
  for (const [id = '', , flags = '', , , , , , slot] of lines) {
    const hasKeys = slot !== undefined || text.includes(`->-${id}]`)
    if (flags.includes('master') && !flags.includes('fail') && hasKeys) primaries.set(id, primaries.get(id) ?? slot)
  }
  const isComplete = primaries.size <= known
  const slots = isComplete ? [] : [...primaries.values()].map((slot) => Number.parseInt(slot ?? '', 10))
  return { text, isMoving: text.includes('['), isComplete, newSlots: slots.filter((slot) => !Number.isNaN(slot)) }
}

function keyIn(slot: number, keyOf: (index: number) => string): string {
  for (let index = 0; ; index++) {
    const key = keyOf(index)
    if (slotOf(key) === slot) return key
  }
}
