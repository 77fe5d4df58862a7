import type { Call } from './call.ts'
import { findLayout } from './cluster-layout.ts'
import type { Driver } from './driver.ts'
import type { RedisClusterClient, RedisSingleClient } from './redis-client.ts'
import { startsWith } from './refusals.ts'
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
  const primaries = async (): Promise<((call: Call, args: string[]) => Promise<unknown>)[]> => {
    const clients = await Promise.all(cluster.masters.map(clientOf))
    return clients.map((client) => (call: Call, args: string[]) => sendOn(client, call, args))
  }
  return {
    get isOpen() {
      return cluster.isOpen
    },
    send,
    sendPair: (call, key, first, second) => sendPair(call, key, [first, second]),
    primaries,
    layout: (call, keyOf) => findLayout({ primaries, send }, call, keyOf),
  }
}

/** The server that an ASK names. */
async function askedClient(cluster: RedisClusterClient, ask: Error): Promise<RedisSingleClient | undefined> {
  const node = cluster.nodeByAddress.get(ask.message.slice(ask.message.lastIndexOf(' ') + 1))
  return node === undefined ? undefined : ((await cluster.nodeClient(node as never)) as RedisSingleClient)
}
