import type { Call } from './call.ts'
import {
  isCluster,
  isPool,
  isSentinel,
  type RedisClient,
  type RedisClusterClient,
  type RedisCommandOptions,
  type RedisPoolClient,
  type RedisSentinelClient,
  type RedisSingleClient,
} from './redis-client.ts'

/** The four kinds of client, used in one way. Everything goes to primaries: what was written can be read. */
export interface Driver {
  /** @param key - decides which server of a cluster it is */
  send(call: Call, key: string, args: string[]): Promise<unknown>
  /** Two commands on one connection, nothing between them, or neither counts. */
  sendPair(call: Call, key: string, first: string[], second: string[]): Promise<[unknown, unknown]>
  /** One sender for each server that has keys of its own. */
  primaries(): Promise<((call: Call, args: string[]) => Promise<unknown>)[]>
}

/** How often a pair follows a slot that has moved. */
const maxMoves = 5

export function createDriver(client: RedisClient): Driver {
  if (isCluster(client)) return clusterDriver(client)
  if (isSentinel(client)) return sentinelDriver(client)
  if (isPool(client)) return poolDriver(client)
  return singleDriver(client)
}

/** Strings and numbers, whatever the client is set to; how long a command may take is our business. */
function optionsFor(call: Call, chainId?: symbol): RedisCommandOptions {
  const options: RedisCommandOptions = { abortSignal: call.signal, typeMapping: {}, timeout: 0 }
  if (chainId !== undefined) options.chainId = chainId
  return options
}

const plainOptions: RedisCommandOptions = { typeMapping: {}, timeout: 0 }
/** Commands under way on one connection, at most, for the next one to leave at once. */
const fewCommands = 16
/** UTF-16 units of arguments that the system surely takes at once. */
const shortArguments = 2_000
/** Commands under way on each connection. */
const underWay = new WeakMap<RedisSingleClient, number>()

async function sendOn(client: RedisSingleClient, call: Call, args: string[]): Promise<unknown> {
  call.throwIfOver()
  call.sent = true
  const count = underWay.get(client) ?? 0
  // What leaves at once need not be taken back.
  const leaves = client.isReady && count < fewCommands && isShort(args)
  underWay.set(client, count + 1)
  try {
    return await client.sendCommand(args, leaves ? plainOptions : optionsFor(call))
  } finally {
    underWay.set(client, (underWay.get(client) ?? 1) - 1)
  }
}

function isShort(args: readonly string[]): boolean {
  let length = 0
  for (const arg of args) length += arg.length
  return length <= shortArguments
}

/** Both are queued at once: they go one after the other, and the second never goes over a later connection than the first. */
async function sendPairOn(
  client: RedisSingleClient,
  call: Call,
  first: string[],
  second: string[],
): Promise<[unknown, unknown]> {
  call.throwIfOver()
  call.sent = true
  const options = optionsFor(call, Symbol('a write and what waits for its replicas'))
  const [one, other] = await Promise.allSettled([
    client.sendCommand(first, options),
    client.sendCommand(second, options),
  ])
  if (one.status === 'rejected') throw one.reason
  if (other.status === 'rejected') throw other.reason
  return [one.value, other.value]
}

function singleDriver(client: RedisSingleClient): Driver {
  return {
    send: (call, _, args) => sendOn(client, call, args),
    sendPair: (call, _, first, second) => sendPairOn(client, call, first, second),
    primaries: async () => [(call, args) => sendOn(client, call, args)],
  }
}

function poolDriver(pool: RedisPoolClient): Driver {
  const send = (call: Call, args: string[]): Promise<unknown> => pool.execute((client) => sendOn(client, call, args))
  return {
    send: (call, _, args) => send(call, args),
    sendPair: (call, _, first, second) => pool.execute((client) => sendPairOn(client, call, first, second)),
    primaries: async () => [send],
  }
}

/**
 * By itself, node-redis's Sentinel client sends a command again that was under way when its connection was lost, also a write
 * that was done. So each error leaves its hands as a value, except one by which the server says that it did nothing because it
 * is a replica now: then it looks for the new primary.
 */
function sentinelDriver(sentinel: RedisSentinelClient): Driver {
  const once = async <T>(work: (client: RedisSingleClient) => Promise<T>): Promise<T> => {
    const outcome = await sentinel._execute(false, async (client) => {
      try {
        return { value: await work(client) }
      } catch (error) {
        if (startsWith(error, 'READONLY')) throw error
        return { error }
      }
    })
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }
  const send = (call: Call, args: string[]): Promise<unknown> => once((client) => sendOn(client, call, args))
  return {
    send: (call, _, args) => send(call, args),
    sendPair: (call, _, first, second) => once((client) => sendPairOn(client, call, first, second)),
    primaries: async () => [send],
  }
}

function clusterDriver(cluster: RedisClusterClient): Driver {
  const send = (call: Call, key: string, args: string[]): Promise<unknown> => {
    call.sent = true
    return cluster.sendCommand(key, false, args, optionsFor(call))
  }
  return {
    send,
    sendPair: async (call, key, first, second) => {
      for (let moves = 0; ; moves++) {
        const client = await cluster.getNodeClientForKey(key, false)
        try {
          return await sendPairOn(client, call, first, second)
        } catch (error) {
          if (!startsWith(error, 'MOVED') || moves === maxMoves) throw error
          // Nothing was done. The cluster's client follows the slot, and knows where it is from then on.
          await send(call, key, ['LLEN', key.concat(':messages')])
        }
      }
    },
    primaries: async () => {
      const clients = await Promise.all(cluster.masters.map((node) => cluster.nodeClient(node as never)))
      return clients.map((client) => (call: Call, args: string[]) => sendOn(client, call, args))
    },
  }
}

/** Whether it is an error of the server's with this code. */
export function startsWith(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(`${code} `)
}
