import {
  type AgentInputItem,
  assertOneOf,
  assertOptions,
  checkInteger,
  checkOperationTtl,
  checkTTL,
  type OperationOptions,
  type OptionTypes,
  type SessionOptions,
} from '@sessions/core'
import { isIORedis, keyPrefixOf } from './ioredis-client.ts'
import { checkClient, isClustered, type RedisClient } from './redis-client.ts'
import { checkSubscribable } from './subscriber.ts'
import { checkURL } from './url.ts'

/** Which Redis it is, and how it is used. Either `client` or `url` is needed. */
export interface RedisStoreOptions extends OperationOptions {
  /**
   * A connected client of node-redis 4, 5 or 6 (of `createClient`, `createClientPool`, `createSentinel` or `createCluster`), or a `Redis` or
   * `Cluster` of ioredis 5 or 6. It is never closed here, and must not be in a `MULTI`.
   */
  client?: RedisClient
  /**
   * `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS; user and password percent-encoded, no parameters. All
   * stores of a process on one url share one connection, which is made anew where it leads to a server that is a replica now, or silent.
   */
  url?: string
  /**
   * What all keys begin with, before a colon. Where two prefixes make the same key, as `app` with the id `eu:42` and `app:eu`
   * with `42`, the session belongs to who wrote it first, and the other is refused. Default: `agents:session`, as in Python.
   */
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
  /** Milliseconds for which a call waits for a connection. What none took by then is never sent. Default: 5,000. */
  busyTimeoutMs?: number
  /**
   * Milliseconds without a byte from the server after which a call that was sent rejects with `SESSION_UNAVAILABLE`; 0 for never. With a
   * `client` of yours, and with TLS, without a whole answer. Default: 30,000.
   */
  timeoutMs?: number
  /**
   * Whether entries keep the time at which they were added, `createdAt`. It costs such a write some microseconds, and about 100 bytes in the
   * hash of the session. Default: false.
   */
  times?: boolean
  /**
   * Whether every write tells those who watch the session, in whichever process, so that they see it within milliseconds; and whether
   * `watch` listens, over a connection of its own. Set it for those who write and those who watch. Default: false: watchers look once a second.
   */
  notify?: boolean
  /**
   * Whether writes keep an index of all sessions, so that `listSessions` and `deleteSessions` look at what they ask for, and not at all keys.
   * Set it in every process that writes. What that costs: “Listing by an index” in the README. Default: false.
   */
  index?: boolean
}

/** The id, and the options of the store and of the session. */
export interface RedisSessionOptions<TItem extends object = AgentInputItem>
  extends SessionOptions<TItem>,
    RedisStoreOptions {}

/** Options with their defaults. */
export interface Settings {
  readonly client: RedisClient | undefined
  /** Whether keys lie on several servers. */
  readonly cluster: boolean
  /** Whether the client may send a write twice. */
  readonly resends: boolean
  readonly url: string | undefined
  readonly keyPrefix: string
  /** 0 for none. */
  readonly ttlMs: number
  readonly refreshTtlOnRead: boolean
  readonly waitForReplicas: { readonly count: number; readonly timeoutMs: number } | undefined
  readonly retries: number
  readonly busyTimeoutMs: number
  readonly timeoutMs: number
  readonly operationMs: number
  readonly times: boolean
  readonly notify: boolean
  readonly index: boolean
  /** Whether no other prefix can make keys that its sessions have, unless their ids have a colon. */
  readonly isDefaultPrefix: boolean
}

export const storeTypes: OptionTypes = {
  client: 'object',
  url: 'string',
  keyPrefix: 'string',
  ttl: 'number',
  refreshTtlOnRead: 'boolean',
  waitForReplicas: 'object',
  retries: 'number',
  busyTimeoutMs: 'number',
  timeoutMs: 'number',
  operationTtl: 'number',
  times: 'boolean',
  notify: 'boolean',
  index: 'boolean',
}

const defaultPrefix = 'agents:session'

/** What a timer can wait for at most (https://nodejs.org/api/timers.html), divided among the waits of one call. */
const maxTimeoutMs = 1_000_000_000
const maxRetries = 100

/** @throws TypeError or RangeError that names the option, never its value where that may hold a password */
export function checkStoreOptions(options: RedisStoreOptions): Settings {
  assertOptions('RedisStore', options, storeTypes)
  const { client, url, keyPrefix = defaultPrefix, refreshTtlOnRead = false, waitForReplicas } = options
  const { times = false, notify = false, index = false } = options
  const { retries = 0, busyTimeoutMs = 5_000, timeoutMs = 30_000 } = options
  assertOneOf('RedisStore', options, ['url', 'client'])
  if (client !== undefined) checkClient(client)
  if (notify && client !== undefined) checkSubscribable(client)
  if (url !== undefined) checkURL(url)
  checkPrefix(keyPrefix, client)
  checkInteger('retries', retries, 0, maxRetries)
  checkInteger('busyTimeoutMs', busyTimeoutMs, 1, maxTimeoutMs)
  checkInteger('timeoutMs', timeoutMs, 0, maxTimeoutMs)
  const ttl = checkTTL(options.ttl)
  return {
    client,
    cluster: client !== undefined && isClustered(client),
    resends: client !== undefined && isIORedis(client),
    url,
    keyPrefix,
    ttlMs: ttl === undefined ? 0 : Math.max(1, Math.round(ttl * 1000)),
    refreshTtlOnRead,
    waitForReplicas: waitForReplicas && checkReplicas(waitForReplicas),
    retries,
    busyTimeoutMs,
    timeoutMs,
    operationMs: checkOperationTtl(options.operationTtl),
    times,
    notify,
    index,
    isDefaultPrefix: keyPrefix === defaultPrefix,
  }
}

/** Redis takes the text between the first `{` and the next `}` of a key as its tag, unless it is empty. */
function checkPrefix(keyPrefix: string, client: RedisClient | undefined): void {
  if (keyPrefix === '') throw new TypeError('keyPrefix must not be empty.')
  if (keyPrefix === 'agents')
    throw new TypeError('keyPrefix must not be agents: its keys would be those of agents:session.')
  if (!keyPrefix.isWellFormed()) throw new TypeError('keyPrefix must be well-formed Unicode: it has a lone surrogate.')
  const whole = client === undefined ? keyPrefix : keyPrefixOf(client) + keyPrefix
  if (client !== undefined && isClustered(client) && /^[^{]*\{\}/.test(whole)) {
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
