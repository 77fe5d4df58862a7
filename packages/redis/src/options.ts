import {
  type AgentInputItem,
  assertOptions,
  checkInteger,
  checkTTL,
  type OptionTypes,
  type SessionOptions,
} from '@sessions/core'
import { checkClient, isCluster, type RedisClient } from './redis-client.ts'

/** Which Redis it is, and how it is used. Either `client` or `url` is needed. */
export interface RedisStoreOptions {
  /**
   * A connected client of node-redis 6: of `createClient`, `createClientPool`, `createSentinel` or `createCluster`. It is never
   * closed here.
   */
  client?: RedisClient
  /** `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS. All stores of a process on one url share one connection. */
  url?: string
  /** What all keys begin with, before a colon. Default: `agents:session`, as in Python. */
  keyPrefix?: string
  /** Seconds after which a session that is not written is gone. Default: never. */
  ttl?: number
  /** Whether reading items counts as writing for the ttl. Default: false. */
  refreshTtlOnRead?: boolean
  /**
   * Acknowledges a write only when so many replicas have it. They have `timeoutMs` for it, then the call rejects with
   * `SESSION_NOT_REPLICATED`. Default: a write is acknowledged by the primary alone, and a failover may lose it.
   */
  waitForReplicas?: { count: number; timeoutMs: number }
  /**
   * How often a call is tried again where the connection is lost or the server is away. Appends are then known to the
   * server, so that one which was done already is not done twice. Default: 0.
   */
  retries?: number
  /** Milliseconds that one attempt of a call may take, whatever the client does. Default: 5,000. */
  commandTimeoutMs?: number
}

/** The id, and the options of the store and of the session. */
export interface RedisSessionOptions<TItem extends object = AgentInputItem>
  extends SessionOptions<TItem>,
    RedisStoreOptions {}

/** Options with their defaults. */
export interface Settings {
  readonly client: RedisClient | undefined
  readonly url: string | undefined
  readonly keyPrefix: string
  /** 0 for none. */
  readonly ttlMs: number
  readonly refreshTtlOnRead: boolean
  readonly waitForReplicas: { readonly count: number; readonly timeoutMs: number } | undefined
  readonly retries: number
  readonly commandTimeoutMs: number
}

export const storeTypes: OptionTypes = {
  client: 'object',
  url: 'string',
  keyPrefix: 'string',
  ttl: 'number',
  refreshTtlOnRead: 'boolean',
  waitForReplicas: 'object',
  retries: 'number',
  commandTimeoutMs: 'number',
}

/** What a timer can wait for at most (https://nodejs.org/api/timers.html), divided among the waits of one call. */
const maxTimeoutMs = 1_000_000_000
const maxRetries = 100

/** @throws TypeError or RangeError that names the option, never its value where that may hold a password */
export function checkStoreOptions(options: RedisStoreOptions): Settings {
  assertOptions('RedisStore', options, storeTypes)
  const { client, url, keyPrefix = 'agents:session', refreshTtlOnRead = false, waitForReplicas } = options
  const { retries = 0, commandTimeoutMs = 5_000 } = options
  if ((client === undefined) === (url === undefined)) throw new TypeError('RedisStore needs either client or url.')
  if (client !== undefined) checkClient(client)
  if (url !== undefined) checkUrl(url)
  checkPrefix(keyPrefix, client !== undefined && isCluster(client))
  checkInteger('retries', retries, 0, maxRetries)
  checkInteger('commandTimeoutMs', commandTimeoutMs, 1, maxTimeoutMs)
  const ttl = checkTTL(options.ttl)
  return {
    client,
    url,
    keyPrefix,
    ttlMs: ttl === undefined ? 0 : Math.max(1, Math.round(ttl * 1000)),
    refreshTtlOnRead,
    waitForReplicas: waitForReplicas && checkReplicas(waitForReplicas),
    retries,
    commandTimeoutMs,
  }
}

/** Here, since the errors of others quote the url, and with it the password. */
function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const known = parsed?.protocol === 'redis:' || parsed?.protocol === 'rediss:'
  if (!known || parsed.hostname === '' || !/^\/?\d*$/.test(parsed.pathname)) {
    throw new TypeError('url must be redis://[[user]:password@]host[:port][/database], or rediss:// for TLS.')
  }
}

/** Redis takes the text between the first `{` and the next `}` of a key as its tag, unless it is empty. */
function checkPrefix(keyPrefix: string, cluster: boolean): void {
  if (keyPrefix === '') throw new TypeError('keyPrefix must not be empty.')
  if (!keyPrefix.isWellFormed()) throw new TypeError('keyPrefix must be well-formed Unicode: it has a lone surrogate.')
  if (cluster && /^[^{]*\{\}/.test(keyPrefix)) {
    throw new TypeError('keyPrefix must not have {} as its first brace on a cluster: a session would be torn apart.')
  }
}

function checkReplicas(replicas: { count: number; timeoutMs: number }): { count: number; timeoutMs: number } {
  assertOptions('waitForReplicas', replicas, { count: 'number', timeoutMs: 'number' }, ['count', 'timeoutMs'])
  const { count, timeoutMs } = replicas
  checkInteger('waitForReplicas.count', count, 1, maxRetries)
  checkInteger('waitForReplicas.timeoutMs', timeoutMs, 1, maxTimeoutMs)
  return { count, timeoutMs }
}
