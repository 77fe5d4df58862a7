import { type Lease, SharedResources } from '@sessions/core'
import type { RedisSingleClient } from './redis-client.ts'

/** What makes one connection differ from another. */
export interface ClientOptions {
  url: string
  /** Milliseconds for a connection to be made. */
  connectMs: number
  /** Milliseconds without a sign of life after which a connection counts as lost. */
  silenceMs: number
}

/** What is used of a client that we opened. */
interface OwnClient extends RedisSingleClient {
  readonly isReady: boolean
  close(): Promise<unknown>
  destroy(): unknown
}

/** Milliseconds between two attempts to connect again, at most. */
const maxReconnectMs = 2_000

const clients = new SharedResources<OwnClient>(close)

/** The process's one connection for these options. */
export function connect(options: ClientOptions): Promise<Lease<RedisSingleClient>> {
  return clients.acquire(JSON.stringify([options.url, options.connectMs, options.silenceMs]), () => open(options))
}

async function open({ url, connectMs, silenceMs }: ClientOptions): Promise<OwnClient> {
  // Who passes a client has loaded node-redis, maybe another copy of it.
  const { createClient } = await import('redis')
  let connected = false
  const client = createClient({
    url,
    // Not needed on a server of one's own, and a command that an ACL may refuse.
    maintNotifications: 'disabled',
    pingInterval: Math.ceil(silenceMs / 2),
    socket: {
      connectTimeout: connectMs,
      // A connection that is dead without saying so, as behind a gateway that forgot it, is given up.
      socketTimeout: silenceMs,
      reconnectStrategy: (retries, cause) => (connected ? pause(retries) : cause),
    },
  })
  // Calls reject with it; nobody else need hear of it.
  client.on('error', () => {})
  await client.connect()
  connected = true
  return client as unknown as OwnClient
}

/** Drawn at random, so that the clients of a server that comes back do not all come at once. */
function pause(retries: number): number {
  return Math.ceil(Math.random() * Math.min(50 * 2 ** retries, maxReconnectMs))
}

/** Commands that will never be answered do not hold it up. */
async function close(client: OwnClient): Promise<void> {
  if (!client.isOpen) return
  if (!client.isReady) {
    client.destroy()
    return
  }
  const timer = setTimeout(() => client.destroy(), 1_000)
  await client.close()
  clearTimeout(timer)
}
