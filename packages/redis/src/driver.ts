import type { Call } from './call.ts'
import { clusterDriver } from './cluster-driver.ts'
import { isIORedis } from './ioredis-client.ts'
import { ioredisDriver } from './ioredis-driver.ts'
import {
  isCluster,
  isPool,
  isSentinel,
  type RedisClient,
  type RedisPoolClient,
  type RedisSentinelClient,
  type RedisSingleClient,
} from './redis-client.ts'
import { startsWith } from './refusals.ts'
import { sendOn, sendPairOn } from './send.ts'

/** The kinds of client, used in one way. Everything goes to primaries: what was written can be read. */
export interface Driver {
  /** Whether its owner has opened it, and not closed it. */
  readonly isOpen: boolean
  /** Whether the client sends a write again of which it had no answer. */
  readonly resends?: boolean
  /** What the client puts before each key that a command names. */
  readonly prefix?: string
  /** @param key - decides which server of a cluster it is */
  send(call: Call, key: string, args: string[]): Promise<unknown>
  /** Two commands on one connection, nothing between them, or neither counts. */
  sendPair(call: Call, key: string, first: string[], second: string[]): Promise<[unknown, unknown]>
  /** One sender for each server that has keys of its own. */
  primaries(): Promise<((call: Call, args: string[]) => Promise<unknown>)[]>
  /**
   * Which server has which slots, or is about to; not there where there is only one server.
   * @param keyOf - makes keys that may be asked for @throws NewServerError where keys may be where the client cannot look yet
   */
  layout?(call: Call, keyOf: (index: number) => string): Promise<Layout>
}

/** The servers of a cluster and their slots. */
export interface Layout {
  readonly text: string
  /** Whether keys are just moving. */
  readonly isMoving: boolean
}

export function createDriver(client: RedisClient): Driver {
  if (isIORedis(client)) return ioredisDriver(client)
  if (isCluster(client)) return clusterDriver(client)
  if (isSentinel(client)) return sentinelDriver(client)
  if (isPool(client)) return poolDriver(client)
  return singleDriver(client)
}

function singleDriver(client: RedisSingleClient): Driver {
  return {
    get isOpen() {
      return client.isOpen
    },
    send: (call, _, args) => sendOn(client, call, args),
    sendPair: (call, _, first, second) => sendPairOn(client, call, first, second),
    primaries: async () => [(call, args) => sendOn(client, call, args)],
  }
}

function poolDriver(pool: RedisPoolClient): Driver {
  const send = (call: Call, args: string[]): Promise<unknown> => pool.execute((client) => sendOn(client, call, args))
  return {
    get isOpen() {
      return pool.isOpen
    },
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
    get isOpen() {
      return sentinel.isOpen
    },
    send: (call, _, args) => send(call, args),
    sendPair: (call, _, first, second) => once((client) => sendPairOn(client, call, first, second)),
    primaries: async () => [send],
  }
}
