/** How one command is sent. A subset of node-redis's `CommandOptions`. */
export interface RedisCommandOptions {
  /** Takes back a command that was not sent yet: an `AbortSignal`, whose type is not there without that of Node or the DOM. */
  abortSignal?: { readonly aborted: boolean }
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
  sendCommand(args: string[], options?: RedisCommandOptions): Promise<unknown>
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
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    args: string[],
    options?: RedisCommandOptions,
  ): Promise<unknown>
  // node-redis takes one of `masters` and gives a client of its own type; a parameter of `never` takes either.
  nodeClient(node: never): Promise<RedisSingleClient>
  getNodeClientForKey(key: string, isReadonly?: boolean): Promise<RedisSingleClient>
}

/** A client of node-redis 6, by its shape, so that our types do not drag in the driver's. */
export type RedisClient = RedisSingleClient | RedisPoolClient | RedisSentinelClient | RedisClusterClient

export function isCluster(client: RedisClient): client is RedisClusterClient {
  return 'getNodeClientForKey' in client
}

export function isSentinel(client: RedisClient): client is RedisSentinelClient {
  return 'getMasterNode' in client && '_execute' in client
}

export function isPool(client: RedisClient): client is RedisPoolClient {
  return 'execute' in client && !('duplicate' in client && 'socketEpoch' in client)
}

/** @throws TypeError for what is none of the four */
export function checkClient(client: unknown): RedisClient {
  const given = client as Partial<Record<string, unknown>>
  const sends = ['sendCommand', 'execute'].some((name) => typeof given[name] === 'function')
  if (!sends || typeof given.isOpen !== 'boolean') {
    throw new TypeError(
      'client must be a client of node-redis 6: of createClient, createClientPool, createSentinel or createCluster.',
    )
  }
  return client as RedisClient
}
