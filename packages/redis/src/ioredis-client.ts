/** What is used of a client of ioredis, by its shape: of `new Redis()`, for one server or through Sentinel. */
export interface IORedisClient {
  /** `wait`, `connecting`, `connect`, `ready`, `close`, `reconnecting` or `end`. */
  readonly status: string
  call(command: string, ...args: string[]): Promise<unknown>
  /** Commands that are written together. */
  pipeline(commands: string[][]): { exec(): Promise<[Error | null, unknown][] | null> }
  once(event: 'ready' | 'end', listener: () => void): unknown
  off(event: 'ready' | 'end', listener: () => void): unknown
}

/** What is used of `new Redis.Cluster()`. */
export interface IORedisCluster extends IORedisClient {
  readonly isCluster: boolean
  nodes(role?: 'master'): IORedisClient[]
}

/** What of the settings of either matters here. */
interface Settings {
  keyPrefix?: unknown
  scaleReads?: unknown
  readOnly?: unknown
}

/** Whether it is one of ioredis; node-redis has `sendCommand` too, but no `call`. */
export function isIORedis(client: object): client is IORedisClient {
  const given = client as Partial<IORedisClient>
  return typeof given.call === 'function' && typeof given.pipeline === 'function' && typeof given.status === 'string'
}

export function isIORedisCluster(client: object): client is IORedisCluster {
  return isIORedis(client) && typeof (client as Partial<IORedisCluster>).nodes === 'function'
}

/** What the client itself puts before each key. */
export function keyPrefixOf(client: object): string {
  const { keyPrefix } = settingsOf(client)
  return keyPrefix === undefined || keyPrefix === null ? '' : String(keyPrefix)
}

/** @throws TypeError for one that would not give what was just written, or sends nothing by itself */
export function checkIORedis(client: IORedisClient): void {
  const { scaleReads, readOnly } = settingsOf(client)
  if (scaleReads !== undefined && scaleReads !== 'master') {
    throw new TypeError("client must have scaleReads: 'master': a replica need not have what was just written.")
  }
  if (readOnly === true) throw new TypeError('client must not be readOnly.')
}

function settingsOf(client: object): Settings {
  const { options } = client as { options?: Settings }
  return options ?? {}
}
