import type { SessionStore } from '@sessions/core'
import type { RedisClusterClient, RedisStoreOptions } from '@sessions/redis'
import { Failure } from '../exit-codes.ts'
import { type Adapted, type OpenOptions, redisOptions } from './adapters.ts'
import { load } from './resolve.ts'

/** What is used of node-redis, which the adapter brings along. */
interface NodeRedis {
  createCluster(options: {
    rootNodes: { url: string }[]
    defaults: { username?: string; password?: string; socket: { tls?: boolean; connectTimeout: number } }
  }): RedisClusterClient & {
    on(event: 'error', listener: () => void): unknown
    connect(): Promise<unknown>
    close(): Promise<unknown>
  }
}

/** `redis+cluster://[user:password@]host:port[,host:port …]`: some of its nodes, which know the others. */
export async function openCluster(url: string, options: OpenOptions): Promise<Adapted> {
  const { path: adapter, module } = await load<{ RedisStore: new (options: RedisStoreOptions) => SessionStore }>(
    '@sessions/redis',
  )
  const { module: redis } = await load<NodeRedis>('redis', adapter)
  const { nodes, username, password, tls } = parseCluster(url)
  const client = redis.createCluster({
    rootNodes: nodes.map((node) => ({ url: `${tls ? 'rediss' : 'redis'}://${node}` })),
    defaults: {
      ...(username !== '' && { username }),
      ...(password !== '' && { password }),
      socket: { ...(tls && { tls }), connectTimeout: options.timeout ?? 30_000 },
    },
  })
  // What fails is said by the call that it fails.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw new Failure('unavailable', 'The cluster cannot be reached.', { cause: error })
  }
  const store = new module.RedisStore({ client, ...redisOptions(options) })
  return { adapter, store, alsoClose: () => client.close() }
}

/** @throws Failure for what is not understood */
export function parseCluster(url: string): { nodes: string[]; username: string; password: string; tls: boolean } {
  const parts = /^redis(s?)\+cluster:\/\/(?:([^/?#@:]*)(?::([^/?#]*))?@)?([^/?#@]+)\/?$/.exec(url)
  const [, tls, username = '', password = '', hosts = ''] = parts ?? []
  const nodes = hosts.split(',').filter((node) => node !== '')
  if (nodes.length === 0 || nodes.some((node) => !URL.canParse(`redis://${node}`))) {
    throw new Failure(
      'usage',
      'A cluster is redis+cluster://[user@]host:port[,host:port …], or rediss+cluster:// for TLS.',
    )
  }
  return { nodes, username: decodeURIComponent(username), password: decodeURIComponent(password), tls: tls === 's' }
}
