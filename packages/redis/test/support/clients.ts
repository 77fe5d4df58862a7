import type { RedisClient } from '@sessions/redis'
import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster, createSentinel, RESP_TYPES } from 'redis'

/** Where a test's sessions are, and by which kind of client: plain data, so that a child process can be told. */
export type Place =
  | { kind: 'single'; url: string; resp?: 2 | 3; buffers?: boolean }
  | { kind: 'pool'; url: string }
  | { kind: 'cluster'; rootNodes: readonly { readonly url: string }[] }
  | { kind: 'sentinel'; name: string; sentinels: readonly { readonly host: string; readonly port: number }[] }
  | { kind: 'ioredis'; url: string; keyPrefix?: string }
  | { kind: 'ioredis cluster'; rootNodes: readonly { readonly url: string }[]; keyPrefix?: string }
  | { kind: 'ioredis sentinel'; name: string; sentinels: readonly { readonly host: string; readonly port: number }[] }

/** A client of the test's, connected. */
export type TestClient = RedisClient & { close(): Promise<unknown>; destroy(): unknown }

/** Errors of connections reach the calls that they concern. */
function quiet<T extends { on(event: 'error', listener: () => void): unknown }>(client: T): T {
  client.on('error', () => {})
  return client
}

/** As a user would make it. */
export async function connectTo(place: Place): Promise<TestClient> {
  switch (place.kind) {
    case 'single': {
      const { url, resp = 3, buffers = false } = place
      const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.NUMBER]: String } as const
      const client = quiet(createClient({ url, RESP: resp, ...(buffers && { commandOptions: { typeMapping } }) }))
      await client.connect()
      return client
    }
    case 'pool': {
      const pool = quiet(createClientPool({ url: place.url }, { minimum: 1, maximum: 10 }))
      await pool.connect()
      return pool
    }
    case 'cluster': {
      const cluster = quiet(
        // Looks for a new primary soon after it lost one, not only five seconds later.
        createCluster({ rootNodes: [...place.rootNodes], topologyRefreshOnReconnectionAttemptStrategy: 300 }),
      )
      await cluster.connect()
      return cluster
    }
    case 'sentinel': {
      const { name, sentinels } = place
      const sentinel = quiet(createSentinel({ name, sentinelRootNodes: [...sentinels], reserveClient: true }))
      await sentinel.connect()
      return sentinel as TestClient
    }
    case 'ioredis':
      return closing(quiet(new Redis(place.url, { keyPrefix: place.keyPrefix ?? '' })))
    case 'ioredis cluster': {
      const { rootNodes, keyPrefix = '' } = place
      return closing(
        quiet(
          new Cluster(
            rootNodes.map(({ url }) => url),
            { keyPrefix },
          ),
        ),
      )
    }
    case 'ioredis sentinel': {
      const { name, sentinels } = place
      return closing(quiet(new Redis({ name, sentinels: [...sentinels], sentinelRetryStrategy: () => 100 })))
    }
  }
}

/** With the names that node-redis has for it. */
function closing<T extends { disconnect(): void }>(client: T): T & { close(): Promise<unknown>; destroy(): unknown } {
  const disconnect = (): void => client.disconnect()
  return Object.assign(client, { close: async () => disconnect(), destroy: disconnect })
}
