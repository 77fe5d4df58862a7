import { checkIORedis, type IORedisClient, type IORedisCluster, isIORedis, isIORedisCluster } from './ioredis-client.ts'

/** How one command is sent. A subset of node-redis's `CommandOptions`. */
export interface RedisCommandOptions {
  /** Takes back a command that was not sent yet: an `AbortSignal`, whose type is not there without that of Node or the DOM. */
  abortSignal?: { readonly aborted: boolean }
  /** The same in node-redis 4. */
  signal?: { readonly aborted: boolean }
  /** Commands of one chain go over one connection, and those not yet sent fail with it. */
  chainId?: symbol
  /** Of node-redis; not set here. */
  typeMapping?: Record<never, never>
  /** Of node-redis; not set here. */
  timeout?: number
}

/** What is used of a connection to one server: node-redis's `createClient`. */
export interface RedisSingleClient {
  readonly isOpen: boolean
  /** Whether what is sent leaves now. */
  readonly isReady: boolean
  // `never`, since the options of node-redis 4 to 6 have different types; each takes what it knows of ours.
  sendCommand(args: string[], options?: never): Promise<unknown>
}

/** What is used of node-redis's `createClientPool`. */
export interface RedisPoolClient {
  readonly isOpen: boolean
  execute<T>(work: (client: RedisSingleClient) => Promise<T>): Promise<T>
}

/** What is used of node-redis's `createSentinel`. */
export interface RedisSentinelClient {
  readonly isOpen: boolean
  getMasterNode(): unknown
  /** Runs the work with a connection to the primary, and again where it fails because that is gone. */
  _execute<T>(isReadonly: boolean | undefined, work: (client: RedisSingleClient) => Promise<T>): Promise<T>
}

/** What is used of node-redis's `createCluster`. */
export interface RedisClusterClient {
  readonly isOpen: boolean
  readonly masters: readonly unknown[]
  /** By slot. */
  readonly slots: readonly ({ readonly master: unknown } | undefined)[]
  /** By `host:port`. */
  readonly nodeByAddress: { get(address: string): unknown }
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    args: string[],
    options?: never,
  ): Promise<unknown>
  // node-redis takes one of its nodes and gives a client of its own type; a parameter of `never` takes either.
  nodeClient(node: never): RedisSingleClient | Promise<RedisSingleClient>
}

/** A client of node-redis 4, 5 or 6, by its shape, so that our types do not drag in the driver's. */
export type NodeRedisClient = RedisSingleClient | RedisPoolClient | RedisSentinelClient | RedisClusterClient

/** A client of node-redis, or of ioredis 5 or 6. */
export type RedisClient = NodeRedisClient | IORedisClient | IORedisCluster

/** Whether keys lie on several servers. */
export function isClustered(client: RedisClient): boolean {
  return isIORedis(client) ? isIORedisCluster(client) : isCluster(client)
}

export function isCluster(client: NodeRedisClient): client is RedisClusterClient {
  return 'nodeClient' in client && 'masters' in client && 'slots' in client
}

export function isSentinel(client: NodeRedisClient): client is RedisSentinelClient {
  return 'getMasterNode' in client && '_execute' in client
}

export function isPool(client: NodeRedisClient): client is RedisPoolClient {
  return 'execute' in client && !('isReady' in client)
}

/** @throws TypeError for what is none of these */
export function checkClient(client: object): RedisClient {
  if (isIORedis(client)) {
    checkIORedis(client)
    return client
  }
  const given = client as NodeRedisClient
  const isOneServer = 'isReady' in given && 'sendCommand' in given && typeof given.sendCommand === 'function'
  const isKnown = isCluster(given) || isSentinel(given) || isPool(given) || isOneServer
  if (!isKnown || typeof given.isOpen !== 'boolean') {
    throw new TypeError(
      'client must be a client of node-redis 4, 5 or 6 (of createClient, createClientPool, createSentinel or createCluster), or a Redis or ' +
        'Cluster of ioredis 5 or 6.',
    )
  }
  // In the legacy mode of node-redis 4, a client has a sendCommand of its own that takes a callback.
  if (Object.hasOwn(given, 'sendCommand')) throw new TypeError('client must not be in legacy mode.')
  return given
}
